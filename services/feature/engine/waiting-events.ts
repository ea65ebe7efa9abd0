import type { EventRow } from '../events/event-row.ts';

/** Of an event: when it happens, when it became known, where its row is. */
const numbersEach = 3;
const ownBytes = 200;
/** Fewer that came out of order are put in their places one by one. */
const fewStragglers = 16;

/**
 * Events that have not happened yet at a state's moment, in the order in which they will. Packed: a busy key may have hundreds of thousands
 * of them. Adding costs a copy of the row whatever the order; the first look after events came out of order sorts them.
 */
export class WaitingEvents {
  /** Rows one after the other, in the order in which they came. */
  #rows: Buffer = Buffer.alloc(0);
  #rowsEnd = 0;
  /** `numbersEach` for each event: those up to `#sortedEnd` in the order of time, and of equal times as they came. */
  #events = new Float64Array(0);
  #first = 0;
  #sortedEnd = 0;
  #end = 0;
  #cursor: EventRow | undefined;

  get size(): number {
    return this.#end - this.#first;
  }

  /** About what they take in memory. */
  get sizeBytes(): number {
    return ownBytes + this.#rows.length + this.#events.byteLength;
  }

  /** When the next one happens. */
  get nextMs(): number {
    this.#sort();
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#timeOf(this.#first);
  }

  /** Keeps a copy. Of equal event times the one that came first is taken first. */
  add(row: EventRow, ingestTimeMs: number): void {
    this.#cursor ??= row.sibling();
    this.#makeRoom(row.sizeBytes);
    const { eventTimeMs } = row;
    const at = this.#end * numbersEach;
    this.#events[at] = eventTimeMs;
    this.#events[at + 1] = ingestTimeMs;
    this.#events[at + 2] = this.#rowsEnd;
    this.#rowsEnd = row.copyTo(this.#rows, this.#rowsEnd);
    const inOrder =
      this.#sortedEnd === this.#end && (this.size === 0 || this.#timeOf(this.#end - 1) <= eventTimeMs);
    this.#end += 1;
    if (inOrder) this.#sortedEnd = this.#end;
  }

  /** Hands over those that have happened by this moment, each by a cursor that the next one reuses. */
  takeUntil(ms: number, take: (row: EventRow, ingestTimeMs: number) => void): void {
    this.#sort();
    const cursor = this.#cursor;
    if (cursor === undefined) return;
    while (this.#first < this.#end && this.#timeOf(this.#first) <= ms) {
      const at = this.#first * numbersEach;
      this.#first += 1;
      cursor.set(this.#rows, this.#events[at + 2] as number);
      take(cursor, this.#events[at + 1] as number);
    }
    this.#giveBack();
  }

  #timeOf(event: number): number {
    return this.#events[event * numbersEach] as number;
  }

  #makeRoom(rowBytes: number): void {
    if ((this.#end + 1) * numbersEach > this.#events.length) {
      const grown = new Float64Array(Math.max(4 * numbersEach, Math.ceil(this.#events.length * 1.5)));
      grown.set(this.#events.subarray(0, this.#end * numbersEach));
      this.#events = grown;
    }
    if (this.#rowsEnd + rowBytes <= this.#rows.length) return;
    // Not of the pool: what waits long would keep a whole piece of it.
    const grown = Buffer.allocUnsafeSlow(
      Math.max(this.#rowsEnd + rowBytes, Math.ceil(this.#rows.length * 1.5)),
    );
    this.#rows.copy(grown, 0, 0, this.#rowsEnd);
    this.#rows = grown;
  }

  #sort(): void {
    if (this.#sortedEnd === this.#end) return;
    if (this.#end - this.#sortedEnd <= fewStragglers) {
      for (; this.#sortedEnd < this.#end; this.#sortedEnd++) this.#insert(this.#sortedEnd);
      return;
    }
    const order = Uint32Array.from({ length: this.size }, (_, index) => this.#first + index);
    order.sort((a, b) => this.#timeOf(a) - this.#timeOf(b) || a - b);
    const sorted = new Float64Array(this.#events.length);
    for (const [place, event] of order.entries())
      sorted.set(this.#events.subarray(event * numbersEach, (event + 1) * numbersEach), place * numbersEach);
    this.#events = sorted;
    this.#end = order.length;
    this.#first = 0;
    this.#sortedEnd = this.#end;
  }

  /** Puts the event behind the sorted ones in its place among them. */
  #insert(event: number): void {
    const time = this.#timeOf(event);
    let [low, high] = [this.#first, event];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timeOf(middle) <= time) low = middle + 1;
      else high = middle;
    }
    const moved = this.#events.slice(event * numbersEach, (event + 1) * numbersEach);
    this.#events.copyWithin((low + 1) * numbersEach, low * numbersEach, event * numbersEach);
    this.#events.set(moved, low * numbersEach);
  }

  /** Frees what was taken, once it is the larger part. */
  #giveBack(): void {
    if (this.#first <= this.#end - this.#first) return;
    const left = this.#events.slice(this.#first * numbersEach, this.#end * numbersEach);
    const [rows, cursor] = [this.#rows, this.#cursor];
    this.#events = left;
    this.#end -= this.#first;
    this.#first = 0;
    this.#sortedEnd = this.#end;
    this.#rows = Buffer.alloc(0);
    this.#rowsEnd = 0;
    if (cursor === undefined || this.#end === 0) return;
    let bytes = 0;
    for (let event = 0; event < this.#end; event++) {
      cursor.set(rows, left[event * numbersEach + 2] as number);
      bytes += cursor.sizeBytes;
    }
    this.#rows = Buffer.allocUnsafeSlow(bytes);
    for (let event = 0; event < this.#end; event++) {
      cursor.set(rows, left[event * numbersEach + 2] as number);
      left[event * numbersEach + 2] = this.#rowsEnd;
      this.#rowsEnd = cursor.copyTo(this.#rows, this.#rowsEnd);
    }
  }
}
