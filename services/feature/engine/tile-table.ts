import { type Thing, thingsBytes } from './thing.ts';

/** Tiles that hold events, in the order of time: numbers in one piece of memory, and what is not a number beside them. */
export class TileTable {
  readonly #width: number;
  readonly #slots: number;
  /** Row by row: the tile's number, then `width` numbers. */
  numbers: Float64Array;
  /** Row by row: `slots` things, undefined at first. */
  readonly things: (Thing | undefined)[] = [];
  #rows = 0;

  constructor(width: number, slots: number) {
    this.#width = width + 1;
    this.#slots = slots;
    this.numbers = new Float64Array(2 * this.#width);
  }

  get rows(): number {
    return this.#rows;
  }

  tileOf(row: number): number {
    return this.numbers[row * this.#width] ?? Number.NaN;
  }

  /** Where the row's numbers begin in `numbers`. */
  numbersAt(row: number): number {
    return row * this.#width + 1;
  }

  /** Where the row's things begin in `things`. */
  thingsAt(row: number): number {
    return row * this.#slots;
  }

  /** The row of the tile, made of zeros if there was none. Late tiles are rare, so it looks from the end. */
  rowOf(tile: number): number {
    let row = this.#rows;
    while (row > 0 && this.tileOf(row - 1) > tile) row--;
    if (row > 0 && this.tileOf(row - 1) === tile) return row - 1;
    this.#insert(row, tile);
    return row;
  }

  /** Takes the first rows away. */
  dropFirst(rows: number): void {
    this.numbers.copyWithin(0, rows * this.#width, this.#rows * this.#width);
    this.#rows -= rows;
    if (this.#slots > 0) this.things.splice(0, rows * this.#slots);
    const needed = Math.max(2, this.#rows) * this.#width;
    if (this.numbers.length > 4 * needed) this.numbers = this.numbers.slice(0, 2 * needed);
  }

  sizeBytes(): number {
    return 270 + this.numbers.byteLength + thingsBytes(this.things);
  }

  #insert(row: number, tile: number): void {
    const width = this.#width;
    const end = this.#rows * width;
    if (end + width > this.numbers.length) {
      const larger = new Float64Array(Math.ceil((this.#rows + 1) * 1.5) * width);
      larger.set(this.numbers.subarray(0, end));
      this.numbers = larger;
    }
    const at = row * width;
    this.numbers.copyWithin(at + width, at, end);
    this.numbers.fill(0, at, at + width);
    this.numbers[at] = tile;
    if (this.#slots > 0)
      this.things.splice(row * this.#slots, 0, ...new Array<undefined>(this.#slots).fill(undefined));
    this.#rows += 1;
  }
}
