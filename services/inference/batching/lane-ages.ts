/** Something that waits in a lane. */
export interface Ageing {
  /** The lane it waits in, 1 first; 0 once it waits no more. */
  lane: number;
  /** When it came into that lane, on the clock of performance.now(). */
  laneSince: number;
}

// Entries of requests that have left are dropped together once there are as many as of those that wait.
const minSweep = 64;

/** Who came into a lane in which order, to tell who has waited in it for long. Every step costs O(1), averaged over many. */
export class LaneAges<T extends Ageing> {
  readonly #lane: number;
  #items: T[] = [];
  #head = 0;
  #sweepAt = minSweep;

  constructor(lane: number) {
    this.#lane = lane;
  }

  add(item: T): void {
    if (this.#items.length >= this.#sweepAt) this.#sweep();
    this.#items.push(item);
  }

  /** Takes out and answers the one that has waited longest, if it came before `moment`. */
  shiftBefore(moment: number): T | undefined {
    for (let first = this.#items[this.#head]; first !== undefined; first = this.#items[this.#head]) {
      const waits = first.lane === this.#lane;
      if (waits && first.laneSince > moment) return undefined;
      this.#head++;
      if (this.#head === this.#items.length) {
        this.#items = [];
        this.#head = 0;
      }
      if (waits) return first;
    }
    return undefined;
  }

  #sweep(): void {
    const lane = this.#lane;
    const head = this.#head;
    this.#items = this.#items.filter((item, index) => index >= head && item.lane === lane);
    this.#head = 0;
    this.#sweepAt = minSweep + 2 * this.#items.length;
  }
}
