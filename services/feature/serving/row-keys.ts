/** Longer keys, and those beyond ASCII, are rare, and found by their texts. */
export const maxShortBytes = 31;

/** The valid keys of one entity of each row of a read. Short ones are found by their bytes, without a text being made of them. */
export interface RowKeys {
  text(row: number): string;
  /** A hash of a short key, never 0, the same for the same key and seed; 0 if the key is not short. */
  hash(row: number, seed: number): number;
  /** Bytes of a short key. */
  size(row: number): number;
  /** Whether these are the size and the bytes of a short key. */
  isAt(row: number, bytes: Uint8Array, at: number): boolean;
}

/** Keys that came as texts. */
export class TextKeys implements RowKeys {
  readonly texts: string[];

  constructor(texts: string[]) {
    this.texts = texts;
  }

  text(row: number): string {
    return this.texts[row] as string;
  }

  hash(row: number, seed: number): number {
    const text = this.texts[row] as string;
    const { length } = text;
    if (length > maxShortBytes) return 0;
    let hash = seed;
    for (let at = 0; at < length; at++) {
      const unit = text.charCodeAt(at);
      if (unit > 0x7f) return 0;
      hash = Math.imul(hash ^ unit, fnvPrime);
    }
    return mixed(hash);
  }

  size(row: number): number {
    return (this.texts[row] as string).length;
  }

  isAt(row: number, bytes: Uint8Array, at: number): boolean {
    const text = this.texts[row] as string;
    const { length } = text;
    if (bytes[at] !== length) return false;
    for (let place = 0; place < length; place++)
      if (bytes[at + 1 + place] !== text.charCodeAt(place)) return false;
    return true;
  }
}

/** Keys as they came in a column: UTF-8, one behind the other with four bytes between. */
export class PackedKeys implements RowKeys {
  readonly #bytes: Buffer;
  readonly #ends: Uint32Array;
  readonly #isPlain: boolean;

  /** `ends`: where each key ends; the next begins four bytes later. `isPlain`: all are ASCII. */
  constructor(bytes: Buffer, ends: Uint32Array, isPlain: boolean) {
    this.#bytes = bytes;
    this.#ends = ends;
    this.#isPlain = isPlain;
  }

  text(row: number): string {
    const [from, to] = [this.#start(row), this.#ends[row] as number];
    return this.#bytes.toString(this.#isPlain ? 'latin1' : 'utf8', from, to);
  }

  hash(row: number, seed: number): number {
    const bytes = this.#bytes;
    const end = this.#ends[row] as number;
    const start = this.#start(row);
    if (end - start > maxShortBytes) return 0;
    let hash = seed;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte > 0x7f) return 0;
      hash = Math.imul(hash ^ byte, fnvPrime);
    }
    return mixed(hash);
  }

  size(row: number): number {
    return (this.#ends[row] as number) - this.#start(row);
  }

  isAt(row: number, bytes: Uint8Array, at: number): boolean {
    const own = this.#bytes;
    const start = this.#start(row);
    const length = (this.#ends[row] as number) - start;
    if (bytes[at] !== length) return false;
    for (let place = 0; place < length; place++)
      if (bytes[at + 1 + place] !== own[start + place]) return false;
    return true;
  }

  #start(row: number): number {
    return row === 0 ? sizeBytes : (this.#ends[row - 1] as number) + sizeBytes;
  }
}

/** Of the size before each key. */
const sizeBytes = 4;

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv), with the last step of MurmurHash3 because tables use its lower bits. */
const fnvPrime = 0x01000193;

function mixed(fnv: number): number {
  let hash = fnv;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash === 0 ? 1 : hash;
}
