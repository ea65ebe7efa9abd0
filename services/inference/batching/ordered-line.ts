/** Something that stands in a line, and what it adds to the line's sums. */
export interface Standing {
  /** On the clock of performance.now(). */
  readonly deadline: number;
  /** Order of arrival, which decides between equal deadlines; no two are equal. */
  readonly sequence: number;
  /** Rows it brings, >= 1. */
  readonly rows: number;
  /** The part of a run that it fills, in rows: its own, or a whole run's if it runs alone. */
  readonly share: number;
  /** Bytes of its inputs. */
  readonly bytes: number;
}

/** Sums over what stands in a line, or in a part of it. */
export interface Sums {
  count: number;
  rows: number;
  share: number;
  bytes: number;
}

export type Verdict = 'take' | 'skip' | 'stop';

interface Chunk<T> extends Sums {
  readonly items: T[];
}

const chunkSize = 128;

/**
 * Items in the order of their deadlines, with sums over any front part. Kept in chunks of at most 128: joining or leaving costs
 * O(log n) comparisons and moves within a chunk, joining at the end nothing of both; a sum costs a step per chunk and per item of one.
 */
export class OrderedLine<T extends Standing> {
  readonly sums: Sums = emptySums();
  readonly #chunks: Chunk<T>[] = [];

  get first(): T | undefined {
    return this.#chunks[0]?.items[0];
  }

  add(item: T): void {
    const chunk = this.#chunkToJoin(item);
    const { items } = chunk;
    const last = items[items.length - 1];
    if (last === undefined || isBefore(last, item)) items.push(item);
    else items.splice(positionIn(items, item), 0, item);
    addTo(chunk, item);
    addTo(this.sums, item);
  }

  /** False if it stands in the line no more. */
  remove(item: T): boolean {
    const index = this.#indexFor(item);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return false;
    const at = positionIn(chunk.items, item);
    if (chunk.items[at] !== item) return false;
    chunk.items.splice(at, 1);
    subtractFrom(chunk, item);
    subtractFrom(this.sums, item);
    if (chunk.items.length === 0) this.#chunks.splice(index, 1);
    return true;
  }

  /** Adds to `into` the sums of what stands before an item, which need not be in the line. */
  addBefore(item: Standing, into: Sums): void {
    const lastChunk = this.#chunks[this.#chunks.length - 1];
    const last = lastChunk?.items[lastChunk.items.length - 1];
    if (last === undefined || isBefore(last, item)) {
      addSums(into, this.sums);
      return;
    }
    for (const chunk of this.#chunks) {
      const end = chunk.items[chunk.items.length - 1];
      if (end !== undefined && isBefore(end, item)) {
        addSums(into, chunk);
        continue;
      }
      for (const before of chunk.items) {
        if (!isBefore(before, item)) return;
        addTo(into, before);
      }
      return;
    }
  }

  /** Asks about one item after the other, from the front until told to stop, and removes those that are to be taken. */
  takeFromFront(judge: (item: T) => Verdict): void {
    let emptied = 0;
    for (const chunk of this.#chunks) {
      const { items } = chunk;
      const skipped: T[] = [];
      let looked = 0;
      let stopped = false;
      for (const item of items) {
        const verdict = judge(item);
        if (verdict === 'stop') {
          stopped = true;
          break;
        }
        looked++;
        if (verdict === 'skip') skipped.push(item);
        else {
          subtractFrom(chunk, item);
          subtractFrom(this.sums, item);
        }
      }
      if (skipped.length < looked) items.splice(0, looked, ...skipped);
      if (items.length === 0) emptied++;
      if (stopped) break;
    }
    if (emptied > 0) this.#dropEmpty();
  }

  /** Everything, taken out. */
  clear(): T[] {
    const all = this.#chunks.flatMap(({ items }) => items);
    this.#chunks.length = 0;
    Object.assign(this.sums, emptySums());
    return all;
  }

  #dropEmpty(): void {
    let kept = 0;
    for (const chunk of this.#chunks) if (chunk.items.length > 0) this.#chunks[kept++] = chunk;
    this.#chunks.length = kept;
  }

  #chunkToJoin(item: T): Chunk<T> {
    const { length } = this.#chunks;
    const index = Math.min(this.#indexFor(item), Math.max(0, length - 1));
    const chunk = this.#chunks[index];
    if (chunk === undefined) return this.#insertChunk(0, []);
    const { items } = chunk;
    if (items.length < chunkSize) return chunk;
    const last = items[items.length - 1];
    // What comes in order fills chunks to the end; halves are for what comes in between.
    if (index === length - 1 && last !== undefined && isBefore(last, item))
      return this.#insertChunk(length, []);
    const upper = items.splice(chunkSize >>> 1);
    for (const moved of upper) subtractFrom(chunk, moved);
    const upperChunk = this.#insertChunk(index + 1, upper);
    const [middle] = upper;
    return middle !== undefined && isBefore(middle, item) ? upperChunk : chunk;
  }

  #insertChunk(index: number, items: T[]): Chunk<T> {
    const chunk = { items, ...emptySums() };
    for (const item of items) addTo(chunk, item);
    this.#chunks.splice(index, 0, chunk);
    return chunk;
  }

  /** The first chunk that ends with the item or behind it; the number of chunks if none does. */
  #indexFor(item: Standing): number {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length;
    const tail = chunks[high - 1]?.items;
    const last = tail?.[tail.length - 1];
    if (last !== undefined && isBefore(last, item)) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const items = chunks[middle]?.items;
      const end = items?.[items.length - 1];
      if (end !== undefined && isBefore(end, item)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function emptySums(): Sums {
  return { count: 0, rows: 0, share: 0, bytes: 0 };
}

export function addSums(into: Sums, more: Sums): void {
  into.count += more.count;
  into.rows += more.rows;
  into.share += more.share;
  into.bytes += more.bytes;
}

function isBefore(a: Standing, b: Standing): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.sequence < b.sequence);
}

function addTo(sums: Sums, item: Standing): void {
  sums.count++;
  sums.rows += item.rows;
  sums.share += item.share;
  sums.bytes += item.bytes;
}

function subtractFrom(sums: Sums, item: Standing): void {
  sums.count--;
  sums.rows -= item.rows;
  sums.share -= item.share;
  sums.bytes -= item.bytes;
}

/** Where the item stands, or would. */
function positionIn(items: readonly Standing[], item: Standing): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = items[middle];
    if (there !== undefined && isBefore(there, item)) low = middle + 1;
    else high = middle;
  }
  return low;
}
