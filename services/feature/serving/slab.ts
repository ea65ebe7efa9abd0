/** A piece of memory that belongs to one reply. */
export interface Region {
  readonly data: DataView;
  readonly bytes: Uint8Array;
  readonly buffer: ArrayBuffer;
  /** Where the piece begins; a multiple of 8. */
  readonly offset: number;
}

/** A reply of one row is a few hundred bytes, and an ArrayBuffer of its own would cost more than reading it. */
const slabBytes = 32 * 1024;

/** Cuts the memory of small replies from a shared piece that goes when the last of them does; large ones get their own. */
export class Slab {
  #data = new DataView(new ArrayBuffer(slabBytes));
  #bytes = new Uint8Array(this.#data.buffer);
  #used = 0;

  take(size: number): Region {
    if (size > slabBytes / 8) {
      const buffer = new ArrayBuffer(size);
      return { data: new DataView(buffer), bytes: new Uint8Array(buffer), buffer, offset: 0 };
    }
    if (this.#used + size > slabBytes) {
      this.#data = new DataView(new ArrayBuffer(slabBytes));
      this.#bytes = new Uint8Array(this.#data.buffer);
      this.#used = 0;
    }
    const offset = this.#used;
    this.#used += (size + 7) & ~7;
    return { data: this.#data, bytes: this.#bytes, buffer: this.#data.buffer, offset };
  }
}
