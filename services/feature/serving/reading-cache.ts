import type { View } from '../declarations/declarations.ts';
import type { ViewReading } from '../engine/view-program.ts';
import { maxShortBytes, type RowKeys, TextKeys } from './row-keys.ts';
import { SlotIndex } from './slot-index.ts';

/** Doubles of a slot that hold the size and the bytes of its key. */
const keyDoubles = (maxShortBytes + 1) / 8;
/** Of a slot, before the values. */
const validFromAt = keyDoubles;
const validUntilAt = keyDoubles + 1;
const eventTimeAt = keyDoubles + 2;
const ingestTimeAt = keyDoubles + 3;
/** Bit 0: something is known; bit i + 1: feature i is null; negative if the slot is free. */
const flagsAt = keyDoubles + 4;
const usedAt = keyDoubles + 5;
const valuesAt = keyDoubles + 6;

/** Bits of a whole number in a double. */
const maxFeatures = 50;
const slotsPerPiece = 1024;
/** What a slot takes in the index of hashes, which is between a quarter and half full. */
const indexBytes = 24;

/** Slots, and their memory in each type that is read from it. */
interface Piece {
  readonly numbers: Float64Array;
  readonly integers: BigInt64Array;
  readonly bytes: Uint8Array;
}

/**
 * What states said last, packed beside their keys: between two edges of tiles, and without new events, a state says the same, and most reads find it here
 * with a few memory accesses instead of the dozens that a state takes.
 */
export class ReadingCache {
  readonly #width: number;
  readonly #features: number;
  readonly #integers: readonly boolean[];
  /** Secret, so that nobody can make keys that all have the same hash. */
  readonly #seed = Math.floor(Math.random() * 2 ** 32) | 0;
  readonly #index = new SlotIndex();
  /** Of keys that are not short. */
  readonly #others = new Map<string, number>();
  readonly #one = new TextKeys(['']);
  readonly #free: number[] = [];
  readonly #pieces: Piece[] = [];
  #slotCount = 0;

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

  /**
   * Finds the slots of many rows, -1 for none or where it takes a longer look. The memory accesses of rows overlap here, which they don't
   * where each row is read to its end.
   */
  locate(keys: RowKeys, slots: Int32Array): void {
    const index = this.#index;
    for (let row = 0; row < slots.length; row++) slots[row] = keys.hash(row, this.#seed);
    for (let row = 0; row < slots.length; row++) {
      const hash = slots[row] as number;
      const place = hash === 0 ? -1 : index.first(hash);
      slots[row] = place < 0 ? -1 : index.slotAt(place);
    }
    for (let row = 0; row < slots.length; row++) {
      const slot = slots[row] as number;
      const piece = slot < 0 ? undefined : this.#pieces[slot >>> 10];
      if (piece === undefined) continue;
      const at = this.#startOf(slot);
      // The whole key is compared when it is read, in the cache of the processor by then.
      if (piece.bytes[at * 8] !== keys.size(row) || (piece.numbers[at + flagsAt] as number) < 0)
        slots[row] = -1;
    }
  }

  /** Fills the reading if what was said last of the row's key still holds at the moment. `located`: its slot if that is known, else -1. */
  load(keys: RowKeys, row: number, located: number, atMs: number, reading: ViewReading): boolean {
    const slot = located >= 0 && this.#isOf(located, keys, row) ? located : this.#find(keys, row);
    const piece = slot < 0 ? undefined : this.#pieces[slot >>> 10];
    if (piece === undefined) return false;
    const { numbers } = piece;
    const at = this.#startOf(slot);
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
    const at = this.#startOf(slot);
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
    const slot = this.#findText(key);
    const numbers = slot < 0 ? undefined : this.#pieces[slot >>> 10]?.numbers;
    if (numbers !== undefined) numbers[this.#startOf(slot) + validUntilAt] = Number.NEGATIVE_INFINITY;
  }

  /** Whether the key was read since this was last asked. */
  takeUsed(key: string): boolean {
    const slot = this.#findText(key);
    const numbers = slot < 0 ? undefined : this.#pieces[slot >>> 10]?.numbers;
    if (numbers === undefined) return false;
    const at = this.#startOf(slot) + usedAt;
    const used = numbers[at] === 1;
    numbers[at] = 0;
    return used;
  }

  delete(key: string): void {
    const slot = this.#findText(key);
    if (slot < 0) return;
    this.invalidate(key);
    this.takeUsed(key);
    const numbers = this.#pieces[slot >>> 10]?.numbers;
    if (numbers !== undefined) numbers[this.#startOf(slot) + flagsAt] = -1;
    const hash = this.#one.hash(0, this.#seed);
    if (hash === 0) this.#others.delete(key);
    else this.#index.removeAt(this.#placeOf(this.#one, 0, hash));
    this.#free.push(slot);
  }

  /** What a slot takes besides the text of a key that is not short. */
  get slotBytes(): number {
    return this.#width * 8 + indexBytes;
  }

  #startOf(slot: number): number {
    return (slot & (slotsPerPiece - 1)) * this.#width;
  }

  /** Of its short key. */
  #isOf(slot: number, keys: RowKeys, row: number): boolean {
    const bytes = this.#pieces[slot >>> 10]?.bytes;
    return bytes !== undefined && keys.isAt(row, bytes, this.#startOf(slot) * 8);
  }

  #placeOf(keys: RowKeys, row: number, hash: number): number {
    let place = this.#index.first(hash);
    while (place >= 0 && !this.#isOf(this.#index.slotAt(place), keys, row))
      place = this.#index.next(place, hash);
    return place;
  }

  #find(keys: RowKeys, row: number): number {
    const hash = keys.hash(row, this.#seed);
    if (hash === 0) return this.#others.get(keys.text(row)) ?? -1;
    const place = this.#placeOf(keys, row, hash);
    return place < 0 ? -1 : this.#index.slotAt(place);
  }

  #findText(key: string): number {
    this.#one.texts[0] = key;
    return this.#find(this.#one, 0);
  }

  #slotOf(key: string): number {
    const known = this.#findText(key);
    if (known >= 0) return known;
    const slot = this.#free.pop() ?? this.#slotCount++;
    if (slot >>> 10 >= this.#pieces.length) {
      const numbers = new Float64Array(slotsPerPiece * this.#width);
      const integers = new BigInt64Array(numbers.buffer);
      this.#pieces.push({ numbers, integers, bytes: new Uint8Array(numbers.buffer) });
    }
    const hash = this.#one.hash(0, this.#seed);
    if (hash === 0) this.#others.set(key, slot);
    else {
      this.#index.add(hash, slot);
      this.#writeKey(slot, key);
    }
    return slot;
  }

  #writeKey(slot: number, key: string): void {
    const bytes = this.#pieces[slot >>> 10]?.bytes;
    if (bytes === undefined) return;
    const at = this.#startOf(slot) * 8;
    bytes[at] = key.length;
    for (let place = 0; place < key.length; place++) bytes[at + 1 + place] = key.charCodeAt(place);
  }
}
