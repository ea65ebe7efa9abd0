import type { Command } from 'commander';
import type { Job__Output as Job } from '../../../services/gen/scoremesh/scoring/v1/Job.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { fromStatus } from '../../../services/kit/errors/status.ts';
import { createUuids } from '../../../services/kit/uuid.ts';
import { type Lane, laneOf, stateName, timestampOfMs } from '../../http/job-json.ts';
import { collected } from '../features/feature-options.ts';
import { unixMsOfText } from '../moment.ts';
import { type CommandContext, pair, withMesh } from '../remote.ts';
import { valueOfText } from '../values.ts';
import { countUpTo, type JobOptions, jobCommand, laneOption, printJob } from './job-options.ts';
import { submitFile } from './submit-file.ts';

export interface SubmitOptions extends JobOptions {
  readonly model?: string;
  readonly lane: Lane;
  /** Unix ms. */
  readonly deadline?: number;
  readonly entity: Readonly<Record<string, string>>;
  readonly input: Readonly<Record<string, string>>;
  readonly jobId: string;
  readonly wait?: boolean;
  readonly file?: string;
  readonly out?: string;
  readonly run?: string;
  readonly resume?: boolean;
  readonly keep?: readonly string[];
  readonly inFlight: number;
  readonly patience: number;
}

const help = `
With --file every row is a job, and --out has the rows in their order with state, prediction_id, the model's outputs, reason and error.
Columns called like the entities of the model's feature set and like its inputs are these, or "entity.<name>" and "input.<name>"; --entity and
--input name others. A run that was stopped goes on with --resume: its jobs have the same ids, so that nothing is scored twice. Exit code 1
if a row has no answer.

Examples:
  scoremesh jobs submit flight_delay -e origin=ORD -e destination=SFO -i minute_of_day=750 -i day_of_week=4 -i distance=1846 --wait
  scoremesh jobs submit --file examples/flights/flights.csv --model flight_delay --out scored.parquet --lane low
The same again, after it was stopped:
  scoremesh jobs submit --file examples/flights/flights.csv --model flight_delay --out scored.parquet --lane low --resume
Where the column of the origin is called "from":
  scoremesh jobs submit --file <path> --model flight_delay --out scored.csv --entity origin=from`;

/** `scoremesh jobs submit`: one job, or one for each row of a file. */
export function addSubmitCommand(context: CommandContext, jobs: Command): void {
  const command = jobCommand(jobs, 'submit', 'submit a job, or one for each row of a file')
    .argument('[model]', 'name, name@alias or name@version')
    .option('-m, --model <name>', 'the same as an option')
    .addOption(laneOption())
    .option(
      '--deadline <time>',
      'after it nobody wants the result, ISO 8601 or Unix milliseconds',
      unixMsOfText,
    )
    .option('-e, --entity <name=key>', 'an entity; with --file its column; may be repeated', pair, {})
    .option('-i, --input <name=value>', 'an input; with --file its column; may be repeated', pair, {})
    .option('--job-id <id>', 'idempotency key (default: a new one)', '')
    .option('--wait', 'wait for the result')
    .option('-f, --file <path>', 'rows: .csv, .jsonl, .ndjson or .parquet')
    .option('-o, --out <path>', 'with --file: where the results go, .csv, .jsonl or .parquet')
    .option(
      '--keep <column>',
      'with --file: a column that the output keeps; may be repeated (default: all)',
      collected,
    )
    .option('--run <name>', 'with --file: what its job ids begin with (default: a new one)')
    .option('--resume', 'with --file: go on with the run that was interrupted')
    .option('--in-flight <jobs>', 'with --file: jobs on the way at once', countUpTo(100_000), 1000)
    .option('--patience <seconds>', 'with --file: how long nothing may get on', countUpTo(1_000_000), 300)
    .addHelpText('after', help);
  command.action(async (argument: string | undefined, options: SubmitOptions) => {
    const model = argument ?? options.model;
    if (model === undefined) return command.error('error: name a model');
    const { file, out } = options;
    if ((file === undefined) !== (out === undefined))
      return command.error('error: --file and --out belong together');
    if (file === undefined && options.resume)
      return command.error('error: --resume goes on with a file; give --file and --out');
    if (file !== undefined && out !== undefined) return submitFile(context, model, file, out, options);
    return submitOne(context, model, options);
  });
}

async function submitOne(context: CommandContext, model: string, options: SubmitOptions): Promise<void> {
  const { terminal } = context;
  const { deadline, entity: entities, input, json, lane, tenant, wait } = options;
  const inputs = Object.fromEntries(Object.entries(input).map(([name, text]) => [name, valueOfText(text)]));
  await withMesh(context, options, async (mesh, call) => {
    const { jobId, duplicate } = await mesh.scoring.SubmitJob(
      {
        tenant,
        // An id of this side, so that a call whose answer was lost may be tried again.
        jobId: options.jobId || createUuids()(),
        lane: laneOf(lane),
        request: { model, entities, inputs },
        ...(deadline === undefined ? {} : { deadline: timestampOfMs(deadline) }),
      },
      call,
    );
    if (!wait) {
      terminal.out(json ? JSON.stringify({ job_id: jobId, duplicate }) : jobId);
      if (duplicate && !json) terminal.err('it was known already: nothing was submitted');
      return;
    }
    let last: Job | null = null;
    for await (const { job } of mesh.scoring.WatchJob({ tenant, jobId }, call)) last = job;
    printJob(terminal, last, json);
    failUnlessSucceeded(last);
  });
}

/** So that the exit code says how a job ended. */
export function failUnlessSucceeded(job: Job | null): void {
  const error = job?.result?.error;
  if (error)
    throw new MeshError(
      fromStatus(error).reason,
      `job ${job.jobId} ended as ${stateName(job.state)}: ${error.message}`,
    );
}
