import type { ViewState } from '../engine/view-program.ts';
import type { ReadingCache } from './reading-cache.ts';

/** A state that is kept, and which of its key's events it has been given. */
export interface KeptState {
  readonly state: ViewState;
  /** Events before this moment have been given; those that are stored later must be offered. */
  loadedUntilMs: number;
  /** Ingest time of the last commit whose events have been given. */
  knownMs: number;
  /** Events that it took since it was measured. */
  offered: number;
  /** What it was last taken to need. */
  sizeBytes: number;
  /** Whether it was read since it was last passed over. */
  used: boolean;
}

/** The overhead of an entry besides its state: the key, two map slots, this object. */
const entryBytes = 300;

/** States by key, bounded in memory by what all caches of a budget hold together. What is used is kept: second chance. */
export class StateCache {
  readonly #entries = new Map<string, KeptState>();
  readonly #budget: MemoryBudget;
  readonly #readings: ReadingCache | undefined;

  /** `readings`: what the states said last goes with them, and its use is theirs. */
  constructor(budget: MemoryBudget, readings: ReadingCache | undefined) {
    this.#budget = budget;
    this.#readings = readings;
    budget.join(this);
  }

  get(key: string): KeptState | undefined {
    const found = this.#entries.get(key);
    if (found !== undefined) found.used = true;
    return found;
  }

  /** Without counting as a use. */
  peek(key: string): KeptState | undefined {
    return this.#entries.get(key);
  }

  set(key: string, entry: KeptState): void {
    this.#take(key);
    entry.sizeBytes = this.#sizeOf(key, entry);
    this.#entries.set(key, entry);
    this.#budget.add(entry.sizeBytes);
  }

  /** Counts what an entry has come to need. */
  measure(key: string, entry: KeptState): void {
    if (this.#entries.get(key) !== entry) return;
    entry.offered = 0;
    const sizeBytes = this.#sizeOf(key, entry);
    this.#budget.add(sizeBytes - entry.sizeBytes);
    entry.sizeBytes = sizeBytes;
  }

  /** Every entry, for those who take something away from all. */
  clear(): void {
    for (const key of [...this.#entries.keys()]) this.#take(key);
  }

  /** Lets the oldest go that was not used since it was last passed over; false if it has none. */
  evictOne(): boolean {
    for (let passed = this.#entries.size; passed >= 0; passed--) {
      const oldest = this.#entries.entries().next().value;
      if (oldest === undefined) return false;
      const [key, entry] = oldest;
      if (!entry.used && this.#readings?.takeUsed(key) !== true) {
        this.#take(key);
        return true;
      }
      entry.used = false;
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      this.measure(key, entry);
    }
    return false;
  }

  #sizeOf(key: string, { state }: KeptState): number {
    return state.sizeBytes() + entryBytes + 2 * key.length + (this.#readings?.slotBytes ?? 0);
  }

  #take(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#readings?.delete(key);
    this.#budget.add(-entry.sizeBytes);
  }
}

/** What the states of several caches may take together; over it, caches give up states in turn. */
export class MemoryBudget {
  readonly #maxBytes: number;
  readonly #caches: StateCache[] = [];
  #usedBytes = 0;
  #turn = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  join(cache: StateCache): void {
    this.#caches.push(cache);
  }

  leave(cache: StateCache): void {
    cache.clear();
    const at = this.#caches.indexOf(cache);
    if (at >= 0) this.#caches.splice(at, 1);
  }

  add(bytes: number): void {
    this.#usedBytes += bytes;
  }

  /** Makes room; not while a read that was prepared is still to come. */
  shrink(): void {
    for (let idle = 0; this.#usedBytes > this.#maxBytes && idle < this.#caches.length; ) {
      this.#turn = (this.#turn + 1) % this.#caches.length;
      idle = this.#caches[this.#turn]?.evictOne() === true ? 0 : idle + 1;
    }
  }
}
