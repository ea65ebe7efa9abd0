import type { View } from '../declarations/declarations.ts';
import type { ViewReading } from '../engine/view-program.ts';

/** Of a slot, before the values. */
const validFromAt = 0;
const validUntilAt = 1;
const eventTimeAt = 2;
const ingestTimeAt = 3;
/** Bit 0: something is known; bit i + 1: feature i is null. */
const flagsAt = 4;
const usedAt = 5;
const valuesAt = 6;

/** Bits of a whole number in a double. */
const maxFeatures = 50;
const slotsPerPiece = 1024;

/**
 * What states said last, packed: between two edges of tiles, and without new events, a state says the same, and most reads find it here
 * with a few memory accesses instead of the dozens that a state takes.
 */
export class ReadingCache {
  readonly #width: number;
  readonly #features: number;
  readonly #integers: readonly boolean[];
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #pieces: { readonly numbers: Float64Array; readonly integers: BigInt64Array }[] = [];

  private constructor(view: View) {
    this.#features = view.features.length;
    this.#integers = view.features.map(({ datatype }) => datatype === 'INT64');
    this.#width = valuesAt + this.#features;
  }

  /** Undefined for views whose values don't pack: texts, and more features than flags. */
  static of(view: View): ReadingCache | undefined {
    const packs =
      view.features.length <= maxFeatures && view.features.every(({ datatype }) => datatype !== 'BYTES');
    return packs ? new ReadingCache(view) : undefined;
  }

  /** Fills the reading if what was said last still holds at the moment. */
  load(key: string, atMs: number, reading: ViewReading): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    const piece = this.#pieces[slot >>> 10];
    if (piece === undefined) return false;
    const { numbers } = piece;
    const at = (slot & (slotsPerPiece - 1)) * this.#width;
    if (!(atMs >= (numbers[at + validFromAt] as number) && atMs < (numbers[at + validUntilAt] as number)))
      return false;
    numbers[at + usedAt] = 1;
    const flags = numbers[at + flagsAt] as number;
    reading.found = flags % 2 === 1;
    if (!reading.found) return true;
    reading.eventTimeMs = numbers[at + eventTimeAt] as number;
    reading.ingestTimeMs = numbers[at + ingestTimeAt] as number;
    let nulls = Math.floor(flags / 2);
    for (let feature = 0; feature < this.#features; feature++) {
      reading.nulls[feature] = nulls % 2;
      nulls = Math.floor(nulls / 2);
      if (this.#integers[feature])
        reading.integers[feature] = piece.integers[at + valuesAt + feature] as bigint;
      else reading.numbers[feature] = numbers[at + valuesAt + feature] as number;
    }
    return true;
  }

  /** Keeps what a state says from one moment to before another. */
  store(key: string, fromMs: number, untilMs: number, reading: ViewReading): void {
    const slot = this.#slotOf(key);
    const piece = this.#pieces[slot >>> 10];
    if (piece === undefined) return;
    const { numbers, integers } = piece;
    const at = (slot & (slotsPerPiece - 1)) * this.#width;
    numbers[at + validFromAt] = fromMs;
    numbers[at + validUntilAt] = untilMs;
    numbers[at + eventTimeAt] = reading.eventTimeMs;
    numbers[at + ingestTimeAt] = reading.ingestTimeMs;
    let flags = 0;
    for (let feature = this.#features - 1; feature >= 0; feature--) {
      flags = flags * 2 + (reading.nulls[feature] ?? 0);
      if (this.#integers[feature]) integers[at + valuesAt + feature] = reading.integers[feature] ?? 0n;
      else numbers[at + valuesAt + feature] = reading.numbers[feature] ?? 0;
    }
    numbers[at + flagsAt] = flags * 2 + (reading.found ? 1 : 0);
  }

  /** The key has a new event: what was said last holds no longer. */
  invalidate(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    const { numbers } = this.#pieces[slot >>> 10] ?? {};
    if (numbers !== undefined)
      numbers[(slot & (slotsPerPiece - 1)) * this.#width + validUntilAt] = Number.NEGATIVE_INFINITY;
  }

  /** Whether the key was read since this was last asked. */
  takeUsed(key: string): boolean {
    const slot = this.#slots.get(key);
    const numbers = slot === undefined ? undefined : this.#pieces[slot >>> 10]?.numbers;
    if (slot === undefined || numbers === undefined) return false;
    const at = (slot & (slotsPerPiece - 1)) * this.#width + usedAt;
    const used = numbers[at] === 1;
    numbers[at] = 0;
    return used;
  }

  delete(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.invalidate(key);
    this.takeUsed(key);
    this.#slots.delete(key);
    this.#free.push(slot);
  }

  /** What a slot takes besides the key's own string. */
  get slotBytes(): number {
    return this.#width * 8 + 40;
  }

  #slotOf(key: string): number {
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const slot = this.#free.pop() ?? this.#slots.size + this.#free.length;
    if (slot >>> 10 >= this.#pieces.length) {
      const numbers = new Float64Array(slotsPerPiece * this.#width);
      this.#pieces.push({ numbers, integers: new BigInt64Array(numbers.buffer) });
    }
    this.#slots.set(key, slot);
    return slot;
  }
}
