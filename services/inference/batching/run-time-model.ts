import { RunTimeLine } from './run-time-line.ts';

/** A run whose time is known. */
export interface MeasuredRun {
  readonly rows: number;
  readonly ms: number;
  /** Bytes of its inputs, where they were counted. */
  readonly bytes?: number;
}

/** A run, or one that might be. */
interface RunFacts {
  /** Of the requests in it; undefined for a request that runs alone. */
  readonly key: string | undefined;
  readonly rows: number;
  /** Bytes of its inputs; of texts, their number. */
  readonly bytes: number;
}

/** Runs after which a line is trusted. */
const warmRuns = 4;
/** Shapes that have a line of their own; beyond, the one that was seen least recently is forgotten. */
const maxKeys = 64;
// A cold model's first batch: small enough that one too big a run does little harm, large enough to learn from.
const firstColdRows = 32;
const coldRowsStep = 32;
const minHalfLifeMs = 100;
const runsPerHalfLife = 4;

/**
 * What is known of the time of a model's runs: a line over rows for each shape that was seen lately, and one over bytes for all
 * shapes together, which stands in where a shape is new. Seeded with runs that were measured at load, which had the shape of key
 * ''. Says 0 where it knows nothing: nobody is refused on a guess.
 */
export class RunTimeModel {
  readonly #lines = new Map<string, RunTimeLine>();
  readonly #pooled = new RunTimeLine();
  #coldRows = firstColdRows;

  constructor(measured: readonly MeasuredRun[]) {
    // Each is the outcome of several runs, so that they count as such.
    for (let pass = 0; pass < warmRuns; pass++) {
      for (const { rows, ms, bytes } of measured) {
        this.#lineOf('').observe(rows, ms, 0);
        if (bytes !== undefined) this.#pooled.observe(Math.max(1, bytes), ms, 0);
      }
    }
  }

  /** Milliseconds of one run. */
  predict(key: string | undefined, rows: number, bytes: number): number {
    const line = this.#warmLine(key);
    if (line !== undefined) return line.at(rows);
    return isWarm(this.#pooled) ? this.#pooled.at(bytes) : 0;
  }

  /** As predict, with as much on top as runs are off on average. */
  predictSafely(key: string | undefined, rows: number, bytes: number): number {
    const line = this.#warmLine(key);
    if (line !== undefined) return line.at(rows) * (1 + line.deviation);
    return isWarm(this.#pooled) ? this.#pooled.at(bytes) * (1 + this.#pooled.deviation) : 0;
  }

  /**
   * Milliseconds of several runs of any shapes, which have so many bytes together. `like` is a run of the shape to go by where
   * `alike` says that all are of it, or where nothing is known of others.
   */
  predictRuns(runs: number, bytes: number, like: RunFacts, alike: boolean): number {
    const line = this.#warmLine(like.key);
    if (line !== undefined && (alike || !isWarm(this.#pooled)))
      return line.ofRuns(runs, (bytes * like.rows) / Math.max(1, like.bytes));
    return isWarm(this.#pooled) ? this.#pooled.ofRuns(runs, bytes) : 0;
  }

  /**
   * A run is about to be refused because it is predicted to take so long. Answers what the prediction is worth, from 1 downwards:
   * once runs of that key have been refused for several run times, at least 100 ms, without one to measure, half its weight goes
   * with each further such time. So a prediction that keeps away the very runs that would correct it goes away itself.
   */
  trust(key: string | undefined, predictedMs: number, now: number): number {
    const line = key === undefined ? this.#pooled : this.#lineOf(key);
    const halfLives = line.refuse(now) / Math.max(minHalfLifeMs, runsPerHalfLife * predictedMs);
    return halfLives <= 1 ? 1 : 0.5 ** (halfLives - 1);
  }

  /** Rows of a batch while too little is known to predict its time; Infinity afterwards. */
  rowLimit(key: string | undefined): number {
    if (this.#warmLine(key) !== undefined || isWarm(this.#pooled)) return Number.POSITIVE_INFINITY;
    return this.#coldRows;
  }

  /**
   * A run ended now. `kept` tells whether all its deadlines were kept that could be: while the model is cold, batches grow by a
   * step for each run that kept them and are halved by one that did not.
   */
  observe(run: RunFacts, tookMs: number, now: number, kept: boolean): void {
    if (!kept) this.#coldRows = Math.max(1, this.#coldRows >>> 1);
    else if (2 * run.rows >= this.#coldRows && this.rowLimit(run.key) === this.#coldRows)
      this.#coldRows += coldRowsStep;
    if (run.key !== undefined) this.#lineOf(run.key).observe(run.rows, tookMs, now);
    this.#pooled.observe(Math.max(1, run.bytes), tookMs, now);
  }

  #warmLine(key: string | undefined): RunTimeLine | undefined {
    if (key === undefined) return undefined;
    const line = this.#lines.get(key);
    return line !== undefined && isWarm(line) ? line : undefined;
  }

  #lineOf(key: string): RunTimeLine {
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    if (this.#lines.size >= maxKeys) this.#forgetOldest();
    const line = new RunTimeLine();
    this.#lines.set(key, line);
    return line;
  }

  #forgetOldest(): void {
    let oldestKey: string | undefined;
    let oldestAt = Number.POSITIVE_INFINITY;
    for (const [key, { seenAt }] of this.#lines) {
      if (seenAt > oldestAt) continue;
      oldestAt = seenAt;
      oldestKey = key;
    }
    if (oldestKey !== undefined) this.#lines.delete(oldestKey);
  }
}

function isWarm(line: RunTimeLine): boolean {
  return line.runs >= warmRuns;
}
