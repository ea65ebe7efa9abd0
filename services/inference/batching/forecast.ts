import type { BatchQueue, Growth, Queued } from './batch-queue.ts';
import { emptySums } from './ordered-line.ts';
import type { RunTimeModel } from './run-time-model.ts';

/** How long a request is predicted to take. */
interface Estimate {
  /** What is under way, and the runs before its own. */
  waitMs: number;
  /** The run that it will be in. */
  runMs: number;
}

/** The state of what runs the model. */
interface Occupancy {
  /** Runs that can be under way at once, >= 1. */
  readonly slots: number;
  /** When the run under way that ends first is predicted to end; undefined if a slot is free. */
  readonly freeAt: number | undefined;
}

/** A lone request is refused only if its run is predicted to take so many times what is left. */
const clearMargin = 1.5;
const newestDemandWeight = 0.25;
const newestGapWeight = 0.1;
/** Share of those that were let in which may miss their deadlines: what the reserve is steered by. */
const missedShare = 0.003;
/** Up for each that misses: a queue that is shorter than it may be costs no throughput, one that is too long answers nobody in time. */
const reserveStep = 0.1;
/** One slow run makes many miss; they are one surprise. */
const maxMissedSteps = 2;
/** Also after hours without a miss: overload comes at once, and the first who are let in by too much would all be late. */
const minReserve = 1.25;
const maxReserve = 3;
// One collection of garbage between two runs says little about the next.
const maxGapStepMs = 2;

/** Predicts when a request would be answered, to refuse it on arrival if that is too late. Learns how full batches get. */
export class Forecast implements Growth {
  readonly #model: RunTimeModel;
  readonly #maxBatchRows: number;
  readonly #ahead = emptySums();
  readonly #estimate: Estimate = { waitMs: 0, runMs: 0 };
  /** Rows that could have gone into a batch lately. */
  #demandRows = 0;
  /** Time lately between the end of a run and the start of the next, though something waited. */
  #gapMs = 0;
  /** What predictions of a wait are multiplied with, because of what they don't foresee: others with earlier deadlines, slow runs. */
  #reserve = minReserve;

  constructor(model: RunTimeModel, maxBatchRows: number) {
    this.#model = model;
    this.#maxBatchRows = maxBatchRows;
  }

  maxRows(key: string): number {
    return this.#model.rowLimit(key);
  }

  endOf(key: string, rows: number, bytes: number, now: number): number {
    return now + this.#model.predictSafely(key, rows, bytes);
  }

  likelyEndOf(key: string | undefined, rows: number, bytes: number, now: number): number {
    return now + this.#model.predict(key, rows, bytes);
  }

  /** A batch is about to be taken from so many waiting rows, this long after the run before, if something has waited since. */
  taking(waitingRows: number, gapMs: number | undefined): void {
    const demand = Math.min(this.#maxBatchRows, waitingRows);
    this.#demandRows += (demand - this.#demandRows) * newestDemandWeight;
    // Without a backlog there is no gap to measure, and what was once must not refuse others for ever.
    const newestMs = gapMs === undefined ? 0 : Math.min(gapMs, this.#gapMs + maxGapStepMs);
    this.#gapMs += (newestMs - this.#gapMs) * newestGapWeight;
  }

  /** So many requests that were let in have kept their deadlines, or missed them. */
  ended(kept: number, missed: number): void {
    const factor =
      (1 + reserveStep) ** (Math.min(missed, maxMissedSteps) * (1 - missedShare) - kept * missedShare);
    this.#reserve = Math.min(maxReserve, Math.max(minReserve, this.#reserve * factor));
  }

  /** When all that waits is predicted to have run, in milliseconds. */
  emptiesInMs<T extends Queued>(request: T, queue: BatchQueue<T>, slots: number): number {
    const share = queue.rows / this.#maxBatchRows;
    return (
      this.#model.predictRuns(Math.ceil(share), queue.rows * bytesPerRow(request), request, true) / slots
    );
  }

  /**
   * Undefined if the request can be answered by its deadline; else what is predicted instead. The estimate is reused by the next
   * call. A request that nothing goes before is let through unless its own run is clearly too long; one that must wait is taken to
   * run in a batch as full as they lately are, because a promise of less time would have to be kept with a smaller batch.
   */
  refusal<T extends Queued>(
    request: T,
    queue: BatchQueue<T>,
    { slots, freeAt }: Occupancy,
    now: number,
  ): Estimate | undefined {
    const { key, rows, bytes } = request;
    const leftMs = request.deadline - now;
    const estimate = this.#estimate;
    const ahead = this.#ahead;
    ahead.count = ahead.rows = ahead.share = ahead.bytes = 0;
    if (queue.rows > 0) queue.addAhead(request, ahead);

    if (ahead.count === 0 && freeAt === undefined) {
      estimate.waitMs = 0;
      estimate.runMs = this.#model.predict(key, rows, bytes);
      return this.#isTooLate(request, leftMs * clearMargin, now) ? estimate : undefined;
    }

    const maxRows = this.#maxBatchRows;
    const inLastRun = ahead.share % maxRows;
    const behind = key === undefined ? 0 : Math.max(0, this.#demandRows - inLastRun - rows);
    const sharedRuns = Math.ceil((ahead.share + request.share + behind) / maxRows);
    const otherKeys = ahead.count === 0 ? 0 : queue.keys - (key !== undefined && queue.has(key) ? 1 : 0);
    const before = Math.max(0, sharedRuns + otherKeys - 1);
    const alike = otherKeys === 0;
    const aheadMs = this.#model.predictRuns(before, ahead.bytes, request, alike);
    // After what is overdue, as much again is to be expected.
    const restMs = freeAt === undefined ? 0 : Math.abs(freeAt - now);
    estimate.waitMs =
      restMs + this.#reserve * (before > 0 ? aheadMs / slots : aheadMs) + this.#gapMs * (before + 1);
    const ownBytes = bytes + behind * bytesPerRow(request);
    estimate.runMs = this.#model.predictRuns(1, ownBytes, request, true);
    return this.#isTooLate(request, leftMs, now) ? estimate : undefined;
  }

  #isTooLate(request: Queued, limitMs: number, now: number): boolean {
    const { waitMs, runMs } = this.#estimate;
    if (waitMs + runMs <= limitMs) return false;
    return waitMs + runMs * this.#model.trust(request.key, runMs, now) > limitMs;
  }
}

function bytesPerRow(request: Queued): number {
  return request.bytes / request.rows;
}
