import { connect, isUnavailable, type MeshClient, MeshError } from '../../gateway/client/client.ts';
import { localTimeOf } from './calendar.ts';
import { HELP, parseReplayArguments, type ReplayArguments } from './replay/arguments.ts';
import { createProgress, silentProgress } from './replay/progress.ts';
import { type ReportedModel, report, succeeded } from './replay/report.ts';
import { runReplay } from './replay/run.ts';

/** Waiting for a mesh that may not be there. */
const FIRST_CALL_MS = 2000;
/** npm passes the terminal's Ctrl-C on although the terminal has sent it to every process already. */
const SAME_SIGNAL_MS = 1000;

/** Entry: `npm run example:flights`. Resolves to the exit code. */
async function main(argv: readonly string[], stop: AbortSignal): Promise<number> {
  const options = parseReplayArguments(argv);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const mesh = connect({ address: options.address });
  try {
    return await replay(mesh, options, stop);
  } finally {
    await mesh.close();
  }
}

async function replay(mesh: MeshClient, options: ReplayArguments, stop: AbortSignal): Promise<number> {
  const { output, ...model } = await findModel(mesh, options);
  const progress = options.quiet ? silentProgress : createProgress(process.stderr, options);
  progress.note(
    `Sending the two weeks before ${localTimeOf(options.fromMinute)}, which the first features are made of`,
  );
  const { show: onMinute, showHistory: onHistory } = progress;
  const state = await runReplay(mesh, options, { stop, output, onMinute, onHistory });
  progress.end();
  process.stdout.write(report(state, model, options, stop.aborted));
  return succeeded(state) ? 0 : 1;
}

/** The model and the output that is its probability. Throws if there is no mesh, or none with that model. */
async function findModel(
  mesh: MeshClient,
  { model: reference, address }: ReplayArguments,
): Promise<ReportedModel & { output: string }> {
  try {
    const { model } = await mesh.models.GetModel({ model: reference }, { timeoutMs: FIRST_CALL_MS });
    const output = model?.decision?.output ?? model?.scoreOutputs[0]?.name;
    if (!model || output === undefined)
      throw new Error(`${reference} names no output that could be a probability`);
    return { name: model.name, threshold: model.decision?.threshold, output };
  } catch (error) {
    if (isUnavailable(error) && error instanceof MeshError && error.reason === 'ROLE_UNREACHABLE') {
      throw new Error(
        `No mesh answers at ${address}. Start one with "npm start" in another terminal, then run this again; ` +
          'or name another with --address host:port.',
      );
    }
    throw error;
  }
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  const end = (): void => {
    if (stop.signal.aborted) return;
    stop.abort();
    // A later one ends the process at once: its default action is back.
    setTimeout(() => process.off(signal, end), SAME_SIGNAL_MS).unref();
  };
  process.on(signal, end);
}
try {
  process.exitCode = await main(process.argv.slice(2), stop.signal);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
