import type { RequestTimes } from '../batching/batcher-instruments.ts';

/** Why a request failed, as Triton's metrics tell it apart. */
export const failureCauses = ['REJECTED', 'CANCELED', 'BACKEND', 'OTHER'] as const;
type FailureCause = (typeof failureCauses)[number];

/** Batch sizes that are told apart. */
const maxSizes = 4096;

/** Runs of one batch size; times in milliseconds. */
export interface BatchSums {
  runs: number;
  inputMs: number;
  inferMs: number;
  outputMs: number;
}

/**
 * What a version has done since it was loaded. Plain numbers that are added to, so that counting a request costs nanoseconds and no
 * memory; times in milliseconds. Times of requests are sums over those that were answered: each has the whole of its run's.
 */
export class VersionStatistics {
  answered = 0;
  answeredMs = 0;
  queueMs = 0;
  inputMs = 0;
  inferMs = 0;
  outputMs = 0;
  /** Rows of the requests that were answered. */
  rows = 0;
  failedMs = 0;
  readonly failed: Record<FailureCause, number> = { REJECTED: 0, CANCELED: 0, BACKEND: 0, OTHER: 0 };
  /** Runs that did not fail. */
  runs = 0;
  /** End of the last run, Unix milliseconds; 0 for none. */
  lastRunAt = 0;
  /** By rows. Once 4096 sizes are known, a new one counts as the next power of two, so that no caller can make it grow. */
  readonly batches = new Map<number, BatchSums>();

  countAnswer(times: RequestTimes & { readonly totalMs: number }, rows: number): void {
    this.answered++;
    this.answeredMs += times.totalMs;
    this.queueMs += times.queueMs;
    this.inputMs += times.inputMs;
    this.inferMs += times.inferMs;
    this.outputMs += times.outputMs;
    this.rows += rows;
  }

  countFailure(reason: string, totalMs: number): void {
    this.failed[causeOf(reason)]++;
    this.failedMs += totalMs;
  }

  countRun(rows: number, inputMs: number, inferMs: number, outputMs: number): void {
    this.runs++;
    this.lastRunAt = Date.now();
    const sums = this.batches.get(rows) ?? this.#sumsOf(rows);
    sums.runs++;
    sums.inputMs += inputMs;
    sums.inferMs += inferMs;
    sums.outputMs += outputMs;
  }

  #sumsOf(rows: number): BatchSums {
    const size = this.batches.size < maxSizes ? rows : 2 ** Math.ceil(Math.log2(rows));
    const known = this.batches.get(size);
    if (known !== undefined) return known;
    const sums = { runs: 0, inputMs: 0, inferMs: 0, outputMs: 0 };
    this.batches.set(size, sums);
    return sums;
  }

  /** All requests that failed. */
  get failures(): number {
    const { REJECTED, CANCELED, BACKEND, OTHER } = this.failed;
    return REJECTED + CANCELED + BACKEND + OTHER;
  }
}

function causeOf(reason: string): FailureCause {
  switch (reason) {
    case 'QUEUE_FULL':
    case 'DEADLINE_PAST':
    case 'DEADLINE_PASSED_WAITING':
    case 'DEADLINE_UNREACHABLE':
      return 'REJECTED';
    case 'CALL_CANCELLED':
      return 'CANCELED';
    case 'INFERENCE_FAILED':
    case 'EXECUTOR_LOST':
      return 'BACKEND';
    default:
      return 'OTHER';
  }
}
