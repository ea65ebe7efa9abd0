import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Tracer } from '../../kit/telemetry/span.ts';
import type { Executor } from '../execution/executor.ts';
import { BatchQueue } from './batch-queue.ts';
import { byteCount } from './batch-run.ts';
import { BatchRunner } from './batch-runner.ts';
import type { BatcherInstruments } from './batcher-instruments.ts';
import { Forecast } from './forecast.ts';
import {
  deadlinePassedWaiting,
  deadlinePast,
  deadlineUnreachable,
  queueFull,
  shuttingDown,
  tooManyRows,
} from './refusals.ts';
import type { RunAnswer, RunRequest } from './run-request.ts';
import { type MeasuredRun, RunTimeModel } from './run-time-model.ts';
import { PartAnswers, splitRows } from './split-request.ts';
import type { TurnTaker } from './turn-taker.ts';
import { settle, tellSettled, type Waiting } from './waiting.ts';

export type { RunAnswer, RunRequest } from './run-request.ts';

export interface BatcherDeps {
  readonly executor: Executor;
  /** Gives turns on this thread once the input of the tick has been read. */
  readonly turns: TurnTaker;
  readonly tracer: Tracer;
  readonly instruments: BatcherInstruments;
  /** Whether requests of one key may share a run. If not, each runs alone. */
  readonly batched: boolean;
  /** Whether answers name the batch they were run in. Nothing is split then, as it would run in several. */
  readonly nameBatches: boolean;
  /** Runs whose time was taken at load. */
  readonly measured: readonly MeasuredRun[];
  /** Told once, if a model's outputs don't have a row per input row, so that each request runs alone from then on. */
  readonly onNotBatchable: () => void;
  /** In place of performance.now. */
  readonly clock?: () => number;
}

/** The waiting line of one model version, and its runs. */
export interface Batcher {
  /** Rows that wait. */
  readonly queuedRows: number;
  /** Requests that wait; each part of one that is split counts. */
  readonly queuedRequests: number;
  /**
   * Queues a request and resolves with what its run answered. Never started are those that fail with DEADLINE_PAST,
   * DEADLINE_UNREACHABLE (predicted on arrival, or before its run; says when to try again), QUEUE_FULL (says when), TENSOR_INVALID
   * (more rows than may ever wait), SHUTTING_DOWN, DEADLINE_PASSED_WAITING, or with the error of a cancellation that found them in
   * the queue. One that is cancelled while it runs fails at once, and the run goes on for the others. INFERENCE_FAILED: its own rows
   * failed, even alone. EXECUTOR_LOST: the thread that ran it ended, or all threads did.
   */
  submit(request: RunRequest): Promise<RunAnswer>;
  /** Refuses new requests; what is queued still gets its turn. */
  stop(): void;
  /** Refuses new requests and fails everything that still waits. */
  abandon(): void;
  /** Resolves once nothing waits or runs. */
  idle(): Promise<void>;
}

/** How long a request waits in a lane before it counts as of the one above: as long as a person doesn't mind. */
const laneAgeMs = 500;

export function createBatcher(
  model: { readonly name: string; readonly version: string },
  limits: { readonly maxQueuedRows: number; readonly maxBatchRows: number },
  deps: BatcherDeps,
): Batcher {
  const { executor, instruments, turns } = deps;
  const { maxQueuedRows, maxBatchRows } = limits;
  const clock = deps.clock ?? (() => performance.now());
  const label = `model '${model.name}' version ${model.version}`;
  const queue = new BatchQueue<Waiting>({ maxQueuedRows, maxBatchRows, laneAgeMs });
  const runTimes = new RunTimeModel(deps.measured);
  const forecast = new Forecast(runTimes, maxBatchRows);
  let { batched } = deps;
  let closed: MeshError | undefined;
  let sequence = 0;
  let waitsForTurn = false;
  /** When the last run ended, if something has waited since. */
  let backlogSince: number | undefined;
  const whenIdle: (() => void)[] = [];

  const runner = new BatchRunner(model, label, {
    tracer: deps.tracer,
    instruments,
    runTimes,
    forecast,
    nameBatches: deps.nameBatches,
    clock,
    onNotBatchable: () => {
      if (!batched) return;
      batched = false;
      deps.onNotBatchable();
    },
  });

  const occupancy = { slots: 1, freeAt: undefined as number | undefined };
  const readOccupancy = (): typeof occupancy => {
    if (executor.placement === 'worker') {
      occupancy.slots = Math.max(1, runner.underWay + executor.idle);
      occupancy.freeAt = executor.idle > 0 || runner.underWay === 0 ? undefined : runner.firstEndsAt;
    }
    return occupancy;
  };

  const takeBatch = (now: number): readonly Waiting[] => {
    forecast.taking(queue.rows, backlogSince === undefined ? undefined : now - backlogSince);
    const { batch, expired } = queue.take(now, forecast);
    for (const waiting of expired) settle(waiting, lostError(waiting, now), now, instruments);
    if (expired.length > 0) forecast.ended(0, expired.length);
    for (const { queuedAt } of batch) instruments.queued(now - queuedAt);
    return batch;
  };

  const lostError = ({ bytes, deadline, key, queuedAt, rows }: Waiting, now: number): MeshError => {
    const leftMs = deadline - now;
    if (leftMs <= 0) return deadlinePassedWaiting(label, now - queuedAt);
    const runMs = forecast.likelyEndOf(key, rows, bytes, now) - now;
    return deadlineUnreachable(label, { waitMs: 0, runMs }, leftMs);
  };

  const noticeIdle = (): void => {
    if (whenIdle.length > 0 && isIdle()) for (const resolve of whenIdle.splice(0)) resolve();
  };
  const isIdle = (): boolean => queue.rows === 0 && runner.underWay === 0 && !runner.hasHalves;

  const inlineTurn = (): boolean => {
    if (executor.placement !== 'inline') return false;
    const now = clock();
    const batch = takeBatch(now);
    if (batch.length > 0) runner.runInline(batch, executor, now);
    waitsForTurn = queue.rows > 0;
    backlogSince = waitsForTurn ? clock() : undefined;
    if (!waitsForTurn) noticeIdle();
    return waitsForTurn;
  };

  /** Gives every idle thread a batch. */
  const fillThreads = (): void => {
    while (executor.placement === 'worker' && executor.idle > 0) {
      const now = clock();
      const half = runner.takeHalf();
      if (half === undefined && queue.rows === 0) break;
      const batch = half ?? takeBatch(now);
      if (batch.length > 0) runner.runInThread(batch, executor, now, fillThreads);
    }
    noticeIdle();
  };
  const threadTurn = (): boolean => {
    waitsForTurn = false;
    fillThreads();
    return false;
  };

  const worker = { turn: executor.placement === 'inline' ? inlineTurn : threadTurn };

  const failAll = (error: MeshError): void => {
    closed = error;
    const now = clock();
    for (const waiting of queue.clear()) settle(waiting, error, now, instruments);
    for (let half = runner.takeHalf(); half !== undefined; half = runner.takeHalf())
      for (const waiting of half) settle(waiting, error, now, instruments);
    noticeIdle();
  };

  if (executor.placement === 'worker') {
    // What a run answered is settled first: it may tell that others need not run.
    executor.onIdle(() => queueMicrotask(fillThreads));
    executor.onLost(failAll);
  }

  const requestTurn = (): void => {
    if (waitsForTurn || (executor.placement === 'worker' && executor.idle === 0)) return;
    waitsForTurn = true;
    turns.request(worker);
  };

  const refuse = (error: MeshError, request: RunRequest): Promise<never> => {
    tellSettled(error, 0, request.rows, instruments);
    return Promise.reject(error);
  };

  const enqueue = (waiting: Waiting): void => {
    queue.add(waiting);
    requestTurn();
  };

  const giveUp = (waiting: Waiting, error: MeshError): void => {
    const now = clock();
    // The watch over the call's deadline may come before the next batch is taken.
    if (queue.remove(waiting) && waiting.deadline <= now) forecast.ended(0, 1);
    settle(waiting, error, now, instruments);
    noticeIdle();
  };

  /** The error that a request is refused with on arrival; undefined if it may wait. */
  const refusalOf = (waiting: Waiting, now: number): MeshError | undefined => {
    if (queue.rows + waiting.rows > maxQueuedRows) {
      if (waiting.rows > maxQueuedRows) return tooManyRows(label, waiting.rows, maxQueuedRows);
      const emptiesInMs = forecast.emptiesInMs(waiting, queue, readOccupancy().slots);
      return queueFull(label, queue.rows, maxQueuedRows, emptiesInMs);
    }
    const estimate = forecast.refusal(waiting, queue, readOccupancy(), now);
    return estimate && deadlineUnreachable(label, estimate, waiting.deadline - now);
  };

  const enqueueParts = (whole: Waiting, request: RunRequest): void => {
    const parts: Waiting[] = [];
    const answers = new PartAnswers(Math.ceil(whole.rows / maxBatchRows), (outcome) => {
      if (outcome instanceof MeshError) for (const part of parts) giveUp(part, outcome);
      settle(whole, outcome, clock(), instruments);
    });
    for (const { tensors, rows } of splitRows(request.tensors, request.rows, maxBatchRows)) {
      const index = parts.length;
      parts.push({
        ...whole,
        tensors,
        rows,
        share: rows,
        bytes: byteCount(tensors),
        sequence: sequence++,
        isPart: true,
        resolve: (answer) => answers.answer(index, answer),
        reject: (error) => answers.fail(error),
      });
    }
    whole.forget = request.call.cancellation.onCancel((error) => answers.fail(error));
    for (const part of parts) enqueue(part);
  };

  return {
    get queuedRows() {
      return queue.rows;
    },
    get queuedRequests() {
      return queue.size;
    },
    submit: (request) => {
      if (closed !== undefined) return refuse(closed, request);
      const { call, deadline, rows } = request;
      const { cancellation } = call;
      if (cancellation.error !== undefined) return refuse(cancellation.error, request);
      const now = clock();
      if (deadline <= now) return refuse(deadlinePast(label, now - deadline), request);
      return new Promise<RunAnswer>((resolve, reject) => {
        const key = batched ? request.key : undefined;
        const waiting: Waiting = {
          tensors: request.tensors,
          rows,
          key,
          deadline,
          priority: request.priority,
          share: key === undefined ? maxBatchRows : rows,
          bytes: byteCount(request.tensors),
          sequence: sequence++,
          queuedAt: now,
          lane: 0,
          laneSince: 0,
          span: call.span,
          isPart: false,
          settled: false,
          resolve,
          reject,
          forget: noop,
        };
        const refusal = refusalOf(waiting, now);
        if (refusal !== undefined) settle(waiting, refusal, now, instruments);
        else if (rows > maxBatchRows && request.splittable && key !== undefined && !deps.nameBatches)
          enqueueParts(waiting, request);
        else {
          waiting.forget = cancellation.onCancel((error) => giveUp(waiting, error));
          enqueue(waiting);
        }
      });
    },
    stop: () => {
      closed ??= shuttingDown(label);
    },
    abandon: () => failAll(closed ?? shuttingDown(label)),
    idle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
  };
}

function noop(): void {}
