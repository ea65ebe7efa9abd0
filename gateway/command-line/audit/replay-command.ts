import { type Command, InvalidArgumentError } from 'commander';
import type { GetRecordResponse__Output as GetRecordResponse } from '../../../services/gen/scoremesh/audit/v1/GetRecordResponse.ts';
import type { ReplayResponse__Output as ReplayResponse } from '../../../services/gen/scoremesh/scoring/v1/ReplayResponse.ts';
import { isMeshError, MeshError } from '../../../services/kit/errors/mesh-error.ts';
import type { CallOptions, MeshClient } from '../../client/client.ts';
import { replayResponseJson, verdictName } from '../../http/replay-json.ts';
import { createProgress } from '../features/progress.ts';
import { unixMsOfText } from '../moment.ts';
import type { Terminal } from '../output.ts';
import { type CommandContext, pair, type RemoteOptions, remoteCommand, withMesh } from '../remote.ts';
import { valueOfText } from '../values.ts';
import { recordSample } from './record-sample.ts';
import { replayLine, replayLines } from './replay-text.ts';

interface ReplayOptions extends RemoteOptions {
  readonly since?: number;
  readonly until?: number;
  readonly sample?: number;
  readonly asOf?: boolean;
  readonly set: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

const defaultSample = 100;
/** A version that is not served any more is loaded first. */
const timeoutMs = 60_000;

const help = `
Each answer is given again by the model file that gave it, from what is on record, and compared bit by bit: SAME; DIFFERS, an alarm;
ENVIRONMENT, it differs and ran on another build or processor; ERASED; MODEL_MISSING; CONTENT_MISSING. The exit code is 1 if one
DIFFERS, or if the content of a record is lost.

Examples:
  scoremesh audit replay 01938d7e-... --as-of
  scoremesh audit replay 01938d7e-... --set distance=500 --set origin_delays.late_rate_1h=0.1
  scoremesh audit replay --since 2026-11-01 --sample 1000`;

/** `scoremesh audit replay`. */
export function addReplayCommand(audit: Command, context: CommandContext): void {
  const command = remoteCommand(audit, 'replay', 'give recorded answers again and compare the bits', {
    timeoutMs,
  })
    .argument('[id]', 'a prediction_id, or the record id of an inference; left out with --since')
    .option('--since <time>', 'a sample of all answers from this moment on, ISO 8601', unixMsOfText)
    .option('--until <time>', 'before this moment, ISO 8601 (default: now)', unixMsOfText)
    .option('--sample <count>', `how many at most, evenly over the time (default: ${defaultSample})`, countOf)
    .option('--as-of', 'read the features again, too, as of the moments of then, and tell what differs')
    .option(
      '--set <name=value>',
      'what if: an input, or a feature as view.feature; may be repeated; nothing of it is recorded',
      pair,
      {},
    )
    .option('--json', 'print JSON, of a sample one line each')
    .addHelpText('after', help);
  command.action(async (id: string | undefined, options: ReplayOptions) => {
    const { sample, since, until } = options;
    if ((id === undefined) === (since === undefined))
      return command.error('error: name either a prediction or a time with --since');
    if (since === undefined && (until !== undefined || sample !== undefined))
      return command.error('error: --until and --sample go with --since');
    await withMesh(context, options, async (mesh, call) => {
      if (id !== undefined) return replayOne(mesh, id, options, context.terminal, call);
      const range = { sinceMs: since ?? 0, untilMs: until ?? Date.now() };
      if (range.untilMs <= range.sinceMs) return command.error('error: --until is not after --since');
      await replaySample(
        mesh,
        recordSample(mesh, range, sample ?? defaultSample, call),
        options,
        context,
        call,
      );
    });
  });
}

async function replayOne(
  mesh: MeshClient,
  predictionId: string,
  options: ReplayOptions,
  terminal: Terminal,
  call: CallOptions,
): Promise<void> {
  const response = await mesh.scoring.Replay(requestOf(predictionId, options), call);
  const lines = options.json
    ? [JSON.stringify({ prediction_id: predictionId, ...replayResponseJson(response) }, null, 2)]
    : replayLines(predictionId, response);
  for (const line of lines) terminal.out(line);
  const isMissing = response.verdict === 'REPLAY_VERDICT_CONTENT_MISSING';
  const stored = isMissing ? await mesh.audit.GetRecord({ recordId: predictionId }, call) : undefined;
  if (!isAlarm(response, stored)) return;
  if (isMissing)
    throw new MeshError(
      'STATE_CORRUPT',
      `the content of ${predictionId} is lost, and no erasure says why: run \`scoremesh audit check\``,
      { metadata: { prediction_id: predictionId } },
    );
  throw alarm(`${predictionId} was not answered again as it was`);
}

/** Replays one after the other, so that scoring does not feel it; what can't be replayed is told, and the rest goes on before it fails. */
async function replaySample(
  mesh: MeshClient,
  records: ReturnType<typeof recordSample>,
  options: ReplayOptions,
  { terminal }: CommandContext,
  call: CallOptions,
): Promise<void> {
  const { json = false, sample = defaultSample } = options;
  const verdicts = new Map<string, number>();
  const progress = createProgress(terminal, 'replaying', 'answers');
  let replayed = 0;
  let alarms = 0;
  let failure: MeshError | undefined;
  for await (const { part, stored } of records) {
    progress.at(part / sample, replayed);
    const id = stored?.record?.recordId;
    if (id === undefined) continue;
    let name: string;
    try {
      const response = await mesh.scoring.Replay(requestOf(id, options), call);
      name = verdictName(response.verdict);
      const isSame =
        response.verdict === 'REPLAY_VERDICT_SAME' || response.verdict === 'REPLAY_VERDICT_WHAT_IF';
      if (json) terminal.out(JSON.stringify({ prediction_id: id, ...replayResponseJson(response) }));
      else if (!isSame || response.skew.length > 0) {
        progress.clear();
        terminal.out(replayLine(id, response));
      }
      if (isAlarm(response, stored)) alarms++;
    } catch (error) {
      if (!isMeshError(error) || terminal.stop.aborted) throw error;
      failure = error;
      name = `not replayed (${error.reason})`;
      progress.clear();
      terminal.err(`${id}  ${error.reason}: ${error.message}`);
    }
    replayed++;
    verdicts.set(name, (verdicts.get(name) ?? 0) + 1);
  }
  progress.clear();
  const counts =
    [...verdicts].map(([name, count]) => `${count} ${name}`).join(', ') || 'nothing was answered';
  (json ? terminal.err : terminal.out)(`${replayed} answers: ${counts}`);
  if (alarms > 0) throw alarm(`${alarms} of ${replayed} answers were not answered again as they were`);
  if (failure !== undefined) throw failure;
}

function requestOf(
  predictionId: string,
  options: ReplayOptions,
): Parameters<MeshClient['scoring']['Replay']>[0] {
  const changes = Object.entries(options.set).map(([name, text]) => [name, valueOfText(text)] as const);
  return { predictionId, readFeatures: options.asOf ?? false, changes: Object.fromEntries(changes) };
}

/** Content that is missing because it was too large to be kept is no alarm. */
function isAlarm({ verdict }: ReplayResponse, stored: GetRecordResponse | undefined): boolean {
  if (verdict === 'REPLAY_VERDICT_DIFFERS') return true;
  return verdict === 'REPLAY_VERDICT_CONTENT_MISSING' && stored?.contentState === 'CONTENT_STATE_LOST';
}

function alarm(what: string): MeshError {
  return new MeshError(
    'REPLAY_DIFFERS',
    `${what}; compare the model file, the record and the machine before you trust any of them`,
  );
}

function countOf(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1_000_000) return value;
  throw new InvalidArgumentError('give a whole number from 1 to 1000000');
}
