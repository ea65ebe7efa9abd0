import type { Counter, Histogram } from './metrics.ts';

/** A counter's child: a plain number, so that counting costs a few nanoseconds. Amounts that are not above 0 are ignored. */
export class CounterChild implements Counter {
  value = 0;

  add(amount = 1): void {
    if (amount > 0) this.value += amount;
  }
}

/** A histogram's child. NaN is ignored: it belongs in no bucket and would spoil the sum for ever. */
export class HistogramChild implements Histogram {
  readonly #bounds: Float64Array;
  /** Observations per bucket, not cumulative; the last is above all bounds. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: Float64Array) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    if (Number.isNaN(value)) return;
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (bounds[middle] as number)) high = middle;
      else low = middle + 1;
    }
    this.#counts[low] = (this.#counts[low] as number) + 1;
    this.#sum += value;
  }

  /** As Prometheus wants it: each bucket counts also what is in the ones below; the last is the count of all. */
  read(): { readonly cumulative: readonly number[]; readonly sum: number } {
    let total = 0;
    const cumulative = Array.from(this.#counts, (count) => {
      total += count;
      return total;
    });
    return { cumulative, sum: this.#sum };
  }
}
