/** Distribution of latencies in buckets of logarithmic width: constant memory, quantiles within 1.1 %. */
export interface Latencies {
  add(ms: number): void;
  count(): number;
  /** The latency that a share `q` of all did not exceed, in ms; NaN without any. */
  quantile(q: number): number;
}

/** Each bucket is 2.2 % wide; the middle of one is at most half of that from what fell into it. */
const BUCKETS_PER_OCTAVE = 32;
/** From 1 us up to 2^30 us, about 18 minutes. */
const OCTAVES = 30;
const US_PER_MS = 1000;

export function createLatencies(): Latencies {
  const buckets = new Uint32Array(BUCKETS_PER_OCTAVE * OCTAVES);
  let count = 0;

  return {
    add(ms) {
      const bucket = Math.floor(Math.log2(ms * US_PER_MS) * BUCKETS_PER_OCTAVE);
      const within = Math.min(Math.max(bucket, 0), buckets.length - 1);
      buckets[within] = (buckets[within] ?? 0) + 1;
      count += 1;
    },
    count: () => count,
    quantile(q) {
      let left = Math.max(1, Math.ceil(q * count));
      for (const [bucket, inBucket] of buckets.entries()) {
        left -= inBucket;
        if (left <= 0) return 2 ** ((bucket + 0.5) / BUCKETS_PER_OCTAVE) / US_PER_MS;
      }
      return Number.NaN;
    },
  };
}
