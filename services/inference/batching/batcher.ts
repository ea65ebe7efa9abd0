import type { Call } from '../../kit/contract/call.ts';
import { MeshError, toMeshError } from '../../kit/errors/mesh-error.ts';
import type { Tracer } from '../../kit/telemetry/span.ts';
import type { VersionInstruments } from '../instruments.ts';
import { concatRows, sliceRows, type Tensor } from '../tensors/tensor.ts';
import { BatchQueue, type Queued } from './batch-queue.ts';
import { endBatchSpan, startBatchSpan } from './batch-span.ts';
import type { TurnTaker } from './turn-taker.ts';

/** What a run answered to one request. */
export interface RunAnswer {
  /** One per output of the model. */
  readonly tensors: readonly Tensor[];
  /** Rows of the batch it ran in. */
  readonly batchRows: number;
}

/** A request that fits its model. */
export interface RunRequest {
  /** One per input of the model. */
  readonly tensors: readonly Tensor[];
  /** Rows it brings; 1 for a model that is not batched. */
  readonly rows: number;
  /** Equal for requests that may share a run; undefined for one that never shares. */
  readonly key: string | undefined;
  readonly call: Call;
}

export interface BatcherDeps {
  readonly run: (inputs: readonly Tensor[]) => Tensor[];
  readonly turns: TurnTaker;
  readonly tracer: Tracer;
  readonly instruments: VersionInstruments;
  /** Told when a model's outputs don't have a row per input row, so that it can't be batched after all. */
  readonly onNotBatchable: () => void;
}

interface Waiting extends Queued {
  readonly request: RunRequest;
  readonly queuedAt: number;
  readonly resolve: (answer: RunAnswer) => void;
  readonly reject: (error: MeshError) => void;
  forget: () => void;
}

/** The waiting line of one model version, and its runs. */
export interface Batcher {
  /** Rows that wait. */
  readonly queuedRows: number;
  /**
   * Queues a request and resolves with what its run answered. Fails with QUEUE_FULL (and when to try again),
   * DEADLINE_PASSED_WAITING (never run), the cancellation's error (taken out of the queue at once), INFERENCE_FAILED (its own
   * rows failed) or SHUTTING_DOWN.
   */
  submit(request: RunRequest): Promise<RunAnswer>;
  /** Refuses new requests; what is queued still gets its turn. */
  stop(): void;
  /** Fails everything that still waits. */
  abandon(): void;
}

const minRetryMs = 1;
const maxRetryMs = 5_000;
// Weight of the newest run in the average time of a row: follows a change of load in about ten runs.
const newestWeight = 0.2;

export function createBatcher(
  model: { readonly name: string; readonly version: string },
  limits: { readonly maxQueuedRows: number; readonly maxBatchRows: number },
  deps: BatcherDeps,
): Batcher {
  const { instruments, tracer, turns } = deps;
  const label = `model '${model.name}' version ${model.version}`;
  const queue = new BatchQueue<Waiting>(limits);
  let waitsForTurn = false;
  let stopped = false;
  let sequence = 0;
  let rowMs = 0;

  const worker = {
    turn: (): boolean => {
      const now = performance.now();
      const { batch, expired } = queue.take(now);
      for (const waiting of expired) settle(waiting, expiredError(label, waiting, now));
      for (const { queuedAt } of batch) instruments.queueSeconds.observe((now - queuedAt) / 1000);
      runBatch(batch);
      waitsForTurn = queue.rows > 0;
      return waitsForTurn;
    },
  };

  const settle = (waiting: Waiting, outcome: RunAnswer | MeshError): void => {
    waiting.forget();
    if (outcome instanceof MeshError) {
      instruments.countRequest(outcome.reason);
      waiting.reject(outcome);
    } else {
      instruments.countRequest('OK');
      waiting.resolve(outcome);
    }
  };

  /** A batch that fails is run again in halves, so that a bad row fails its own request only and costs few extra runs. */
  const runBatch = (batch: readonly Waiting[]): void => {
    const [first] = batch;
    if (first === undefined) return;
    let rows = 0;
    for (const waiting of batch) rows += waiting.rows;
    const outcome = runTraced(batch, rows, () => {
      if (batch.length === 1) return deps.run(first.request.tensors);
      return runTogether(batch, rows);
    });
    if (outcome instanceof MeshError) {
      if (batch.length === 1) settle(first, outcome);
      else {
        const middle = batch.length >>> 1;
        runBatch(batch.slice(0, middle));
        runBatch(batch.slice(middle));
      }
      return;
    }
    if (batch.length === 1) {
      settle(first, { tensors: outcome, batchRows: rows });
      return;
    }
    let start = 0;
    for (const waiting of batch) {
      const from = start;
      const tensors = outcome.map((tensor) => sliceRows(tensor, from, waiting.rows));
      settle(waiting, { tensors, batchRows: rows });
      start += waiting.rows;
    }
  };

  const runTogether = (batch: readonly Waiting[], rows: number): Tensor[] => {
    const inputs = batch[0]?.request.tensors ?? [];
    const outputs = deps.run(
      inputs.map((_, i) => concatRows(batch.map(({ request }) => request.tensors[i] as Tensor))),
    );
    if (outputs.some((output) => output.shape[0] !== rows)) {
      deps.onNotBatchable();
      throw new MeshError('INFERENCE_FAILED', `${label} does not answer one row per input row`);
    }
    return outputs;
  };

  const runTraced = (batch: readonly Waiting[], rows: number, run: () => Tensor[]): Tensor[] | MeshError => {
    const members = batch.map(({ request, queuedAt }) => ({ span: request.call.span, queuedAt }));
    const span = startBatchSpan(tracer, members, { model: model.name, version: model.version, rows });
    const startedAt = performance.now();
    let outcome: Tensor[] | MeshError;
    try {
      outcome = run();
    } catch (error) {
      outcome = toMeshError(error);
    }
    const tookMs = performance.now() - startedAt;
    rowMs += (tookMs / rows - rowMs) * (rowMs === 0 ? 1 : newestWeight);
    instruments.runSeconds.observe(tookMs / 1000);
    instruments.batchRows.observe(rows);
    if (span !== undefined) endBatchSpan(tracer, span, outcome instanceof MeshError ? outcome : undefined);
    return outcome;
  };

  const refuse = (error: MeshError): Promise<never> => {
    instruments.countRequest(error.reason);
    return Promise.reject(error);
  };

  return {
    get queuedRows() {
      return queue.rows;
    },
    submit: (request) => {
      if (stopped) return refuse(shuttingDown(label));
      const { cancellation, deadline } = request.call;
      if (cancellation.error !== undefined) return refuse(cancellation.error);
      const queuedAt = performance.now();
      if (deadline <= queuedAt)
        return refuse(
          new MeshError(
            'DEADLINE_PAST',
            `the deadline passed ${(queuedAt - deadline).toFixed(1)} ms before ${label} could be asked; give the call more time`,
          ),
        );
      return new Promise<RunAnswer>((resolve, reject) => {
        const waiting: Waiting = {
          request,
          queuedAt,
          resolve,
          reject,
          key: request.key,
          rows: request.rows,
          deadline,
          sequence: sequence++,
          forget: () => {},
        };
        if (!queue.add(waiting)) {
          settle(waiting, queueFull(label, queue.rows, limits.maxQueuedRows, rowMs));
          return;
        }
        waiting.forget = cancellation.onCancel((error) => {
          if (queue.remove(waiting)) settle(waiting, error);
        });
        if (waitsForTurn) return;
        waitsForTurn = true;
        turns.request(worker);
      });
    },
    stop: () => {
      stopped = true;
    },
    abandon: () => {
      stopped = true;
      for (const waiting of queue.clear()) settle(waiting, shuttingDown(label));
    },
  };
}

function expiredError(label: string, waiting: Waiting, now: number): MeshError {
  return new MeshError(
    'DEADLINE_PASSED_WAITING',
    `the deadline passed while the request waited ${(now - waiting.queuedAt).toFixed(1)} ms for ${label}; it was not run. Give the call more time or send less at once`,
  );
}

function queueFull(label: string, queuedRows: number, maxQueuedRows: number, rowMs: number): MeshError {
  const retryAfterMs = Math.min(maxRetryMs, Math.max(minRetryMs, Math.ceil(queuedRows * rowMs)));
  return new MeshError(
    'QUEUE_FULL',
    `${queuedRows} of at most ${maxQueuedRows} rows wait for ${label}; try again in ${retryAfterMs} ms`,
    { retryAfterMs },
  );
}

function shuttingDown(label: string): MeshError {
  return new MeshError(
    'SHUTTING_DOWN',
    `the process that serves ${label} is stopping and takes no new inference requests; ask another`,
  );
}
