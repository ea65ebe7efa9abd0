/** Weight that every earlier run keeps at each new one: about the last twenty count. */
const keptWeight = 0.95;
/** So many surprises in one direction, one after the other, are no accident but a change of pace. */
const surprisesThatAreAChange = 3;
// Scheduling noise, which would make every run of a model of a few microseconds a surprise.
const noiseMs = 0.02;
/** How much of the first run's time is taken to grow with its size, until there are runs of several sizes. */
const firstGrowingShare = 0.25;
/** Spread of sizes, relative to their mean, at which the fitted slope and the remembered one count alike. */
const trustedSpread = 0.1;
const newestDeviationWeight = 0.1;

/**
 * The time of a run as a line over its size, ms = base + slope * size, learned from recent runs by exponentially weighted least
 * squares. Both are >= 0, so what it predicts is never negative and never shrinks with the size. One slow run (a collection of
 * garbage) hardly moves it, three in a row do: they are a change, and it follows within about ten runs. While all runs have one
 * size, the proportion of base and slope stays as it was last learned.
 */
export class RunTimeLine {
  #weight = 0;
  #sizes = 0;
  #times = 0;
  #squares = 0;
  #products = 0;
  /** Share of the slope in the time of size 1: the shape of the line, whatever the machine's pace. */
  #slopeShare = 0;
  /** How many runs were slower (> 0) or faster (< 0) than could be expected, one after the other. */
  #surprises = 0;
  /** By how much the pace has changed if the surprises that are being counted are no accident. */
  #newPace = 1;
  #runs = 0;
  #base = 0;
  #slope = 0;
  #deviation = 0;
  #seenAt = Number.NEGATIVE_INFINITY;
  #refusedSince: number | undefined;

  /** Runs it was told of. */
  get runs(): number {
    return this.#runs;
  }

  /** How far runs are off what was predicted, on average, as a share of it; at most 1. */
  get deviation(): number {
    return this.#deviation;
  }

  /** When it was last told of a run, on the clock of `observe`. */
  get seenAt(): number {
    return this.#seenAt;
  }

  /** Milliseconds of one run of a size; 0 before the first run is known. */
  at(size: number): number {
    return this.#base + this.#slope * size;
  }

  /** Milliseconds of several runs that have this size together. */
  ofRuns(runs: number, totalSize: number): number {
    return this.#base * runs + this.#slope * totalSize;
  }

  /** A run is refused for what the line says. Answers for how long that has been so without a run, in milliseconds. */
  refuse(now: number): number {
    this.#refusedSince ??= now;
    return now - this.#refusedSince;
  }

  /** A run of a size (> 0) took so long and ended now. */
  observe(size: number, tookMs: number, now: number): void {
    if (this.#runs === 0) this.#slopeShare = shareAtOne(size);
    else this.#noticeChange(size, tookMs);
    const expectedMs = this.at(size);
    const mostMs = this.#runs === 0 ? tookMs : 2 * expectedMs + noiseMs;
    const ms = Math.min(tookMs, mostMs);
    const off = expectedMs > 0 ? Math.min(1, Math.abs(ms - expectedMs) / expectedMs) : 0;
    this.#deviation += (off - this.#deviation) * newestDeviationWeight;
    this.#runs++;
    this.#seenAt = now;
    this.#refusedSince = undefined;
    this.#weight = this.#weight * keptWeight + 1;
    this.#sizes = this.#sizes * keptWeight + size;
    this.#times = this.#times * keptWeight + ms;
    this.#squares = this.#squares * keptWeight + size * size;
    this.#products = this.#products * keptWeight + size * ms;
    this.#fit();
  }

  /** After several surprises in a row all that was learned is taken to the new pace: by the smallest of them. */
  #noticeChange(size: number, tookMs: number): void {
    const expectedMs = this.at(size);
    const direction = tookMs > 2 * expectedMs + noiseMs ? 1 : tookMs < expectedMs / 2 - noiseMs ? -1 : 0;
    const pace = tookMs / expectedMs;
    if (direction === 0 || Math.sign(this.#surprises) !== direction) this.#surprises = 0;
    if (direction === 0 || !Number.isFinite(pace)) return;
    const smaller = direction > 0 ? Math.min(pace, this.#newPace) : Math.max(pace, this.#newPace);
    this.#newPace = this.#surprises === 0 ? pace : smaller;
    this.#surprises += direction;
    if (Math.abs(this.#surprises) < surprisesThatAreAChange) return;
    this.#surprises = 0;
    this.#times *= this.#newPace;
    this.#products *= this.#newPace;
    this.#fit();
  }

  /** Least squares with a pull towards the remembered shape, which decides alone where sizes don't differ. */
  #fit(): void {
    const size = this.#sizes / this.#weight;
    const ms = this.#times / this.#weight;
    const variance = Math.max(0, this.#squares / this.#weight - size * size);
    const covariance = this.#products / this.#weight - size * ms;
    const share = this.#slopeShare;
    const remembered = (ms * share) / (1 - share + share * size);
    const pull = (trustedSpread * size) ** 2;
    const slope = (covariance + pull * remembered) / (variance + pull);
    this.#slope = Math.min(Math.max(0, slope), ms / size);
    this.#base = Math.max(0, ms - this.#slope * size);
    const atOne = this.#base + this.#slope;
    if (atOne > 0) this.#slopeShare = this.#slope / atOne;
  }
}

/** The slope's share at size 1 of a line that grows by `firstGrowingShare` up to a size. */
function shareAtOne(size: number): number {
  const slope = firstGrowingShare / size;
  return slope / (1 - firstGrowingShare + slope);
}
