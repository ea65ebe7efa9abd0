import type { JobResult__Output as JobResult } from '../../../services/gen/scoremesh/scoring/v1/JobResult.ts';
import type { ScoreRequest } from '../../../services/gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { SubmitJobRequest } from '../../../services/gen/scoremesh/scoring/v1/SubmitJobRequest.ts';
import { Code } from '../../../services/kit/errors/catalogue.ts';
import { isMeshError, isNotFound, MeshError } from '../../../services/kit/errors/mesh-error.ts';
import type { CallOptions, MeshClient } from '../../client/client.ts';
import { typedCell } from '../../files/column-types.ts';
import type { Cell, Column, Table } from '../../files/table.ts';
import { createTableWriter } from '../../files/table-writer.ts';
import { Gate, inOrder } from './in-order.ts';
import { createPatience, type Patience } from './patience.ts';
import { failureOf, outcomeOf, type RowResult } from './result-columns.ts';
import type { RunState } from './run-state.ts';

export interface FileRunOptions {
  readonly out: string;
  /** Of the output: columns of the file that it keeps, then those of results. */
  readonly kept: readonly Column[];
  readonly results: readonly { readonly head: Column; readonly cell: (row: RowResult) => Cell }[];
  /** Columns that are read, and how a row of them is a request. */
  readonly read: readonly Column[];
  readonly requestOf: (cells: readonly Cell[]) => ScoreRequest;
  /** What all jobs have in common. */
  readonly job: Pick<SubmitJobRequest, 'lane' | 'deadline'> & { readonly tenant: string };
  readonly inFlight: number;
  readonly patienceMs: number;
  readonly call: CallOptions;
  readonly stop: AbortSignal;
  onRows(share: number, rows: number): void;
}

/** How the rows of a run ended. */
export interface FileRunSummary {
  readonly rows: number;
  /** By state, e.g. SUCCEEDED. */
  readonly states: ReadonlyMap<string, number>;
  /** Why the first row without an answer has none. */
  readonly firstFailure: MeshError | undefined;
}

interface Row {
  readonly number: number;
  readonly cells: readonly Cell[];
  readonly share: number;
}

/** Each watches with a stream of its own; those behind wait for their turn, and are over by then. */
const maxWatches = 64;
const batchRows = 1000;
const writtenRows = 500;

/**
 * One job for each row, with the run and the row's number as its id: one that was submitted before is not scored again. Writes the rows with
 * their results in the order of the file; there are at most `inFlight` rows in memory and those of a batch. Resolves when the output is whole;
 * else there is none, and a run with the same state goes on with the same jobs.
 */
export async function runFile(
  mesh: Pick<MeshClient, 'scoring'>,
  table: Table,
  state: RunState,
  options: FileRunOptions,
): Promise<FileRunSummary> {
  const { kept, out, results } = options;
  const writer = await createTableWriter(out, [...kept, ...results.map(({ head }) => head)]);
  const patience = createPatience(options.patienceMs, options.stop);
  const scored = inOrder(rowsOf(table, options), options.inFlight, scoreRow(mesh, state, options, patience));
  const states = new Map<string, number>();
  let firstFailure: MeshError | undefined;
  let rows = 0;
  let written: Scored[] = [];
  const flush = async (): Promise<void> => {
    const some = written;
    written = [];
    const last = some.at(-1);
    if (last === undefined) return;
    await writer.write([
      ...kept.map(({ type }, index) => some.map(({ row }) => typedCell(row.cells[index] ?? null, type))),
      ...results.map(({ cell }) => some.map(({ result }) => cell(result))),
    ]);
    await state.note(last.row.number);
  };
  try {
    for await (const one of scored) {
      rows += 1;
      const outcome = outcomeOf(one.result);
      states.set(outcome, (states.get(outcome) ?? 0) + 1);
      firstFailure ??= failureOf(one.result);
      written.push(one);
      if (written.length >= writtenRows) await flush();
      options.onRows(one.row.share, rows);
    }
    await flush();
    await writer.finish();
    await state.remove();
    return { rows, states, firstFailure };
  } catch (error) {
    await state.flush();
    throw error;
  } finally {
    await writer.discard();
  }
}

interface Scored {
  readonly row: Row;
  readonly result: RowResult;
}

/** The rows one by one: of each the kept columns, then those that requests are made of. */
async function* rowsOf(table: Table, { kept, read, stop }: FileRunOptions): AsyncGenerator<Row> {
  const columns = [...kept, ...read].map(({ name }) => name);
  for await (const batch of table.batches({ columns, batchRows })) {
    for (const [index, number] of batch.numbers.entries()) {
      if (stop.aborted) throw new MeshError('CALL_CANCELLED', 'the run was stopped');
      yield { number, cells: batch.columns.map((cells) => cells[index] ?? null), share: batch.share };
    }
  }
}

/** From a row to what became of it. */
function scoreRow(
  mesh: Pick<MeshClient, 'scoring'>,
  state: RunState,
  { call, job, kept, requestOf, stop }: FileRunOptions,
  patience: Patience,
): (row: Row) => Promise<Scored> {
  const gate = new Gate(maxWatches);
  const watched = async (jobId: string): Promise<JobResult> => {
    let result: JobResult | null | undefined;
    // To its end: servers take a client that resets one stream after the other for an attacker.
    for await (const { job: now } of mesh.scoring.WatchJob({ tenant: job.tenant, jobId }, { signal: stop }))
      result = now?.result;
    if (result) return result;
    throw new MeshError('ROLE_UNREACHABLE', `the gateway ended the watch of job ${jobId} before its result`);
  };
  return async (row) => {
    const jobId = `${state.run}-${row.number}`;
    const submit = async (): Promise<void> => {
      const request = requestOf(row.cells.slice(kept.length));
      await patience.insist(() => mesh.scoring.SubmitJob({ ...job, jobId, request }, call));
      patience.progress();
    };
    try {
      if (row.number > state.done) await submit();
    } catch (error) {
      // The row's own fault: it is written beside it.
      if (
        isMeshError(error) &&
        (error.code === Code.INVALID_ARGUMENT || error.reason === 'MESSAGE_TOO_LARGE')
      )
        return { row, result: { jobId, result: undefined, refusal: error } };
      throw error;
    }
    const result = await gate.through(() =>
      patience.insist(async () => {
        try {
          return await watched(jobId);
        } catch (error) {
          if (!isNotFound(error)) throw error;
          // Its result is not kept any more; the record of the answer is, and a job with the same id is answered from it.
          await submit();
          return watched(jobId);
        }
      }),
    );
    patience.progress();
    return { row, result: { jobId, result, refusal: undefined } };
  };
}
