import type { Reason } from '../../kit/errors/catalogue.ts';

/** Where the time of one request went, in milliseconds. */
export interface RequestTimes {
  /** From its arrival to the start of its run. */
  readonly queueMs: number;
  /** Putting the batch together. */
  readonly inputMs: number;
  /** The run itself. */
  readonly inferMs: number;
  /** Taking the batch's answer apart. */
  readonly outputMs: number;
}

/** Told by a batcher what it does. Called on the hot path: per run, or per request where it says so. */
export interface BatcherInstruments {
  /** After each run, also one that failed. Not called for a run whose thread was lost. */
  ran(run: {
    /** Rows of the batch. */
    readonly rows: number;
    readonly inputMs: number;
    readonly inferMs: number;
    readonly outputMs: number;
    readonly failed: boolean;
  }): void;
  /** Per request that leaves the queue for a run: how long it waited. */
  queued(ms: number): void;
  /**
   * Once per request, whatever became of it. Times are 0 for what it did not come to; those of a request that was split are sums over
   * its parts, but for the queue's, which is that of the first part. `rows` are those it brought.
   */
  settled(outcome: 'OK' | Reason, times: RequestTimes & { readonly totalMs: number }, rows: number): void;
}
