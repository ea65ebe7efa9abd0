/** Nested groups deeper than this are refused. */
const maxDepth = 100;

/** One for all: each view is an object of a hundred bytes. */
const nothing = Buffer.alloc(0);

/** Reads the Protobuf wire format. Throws on bytes that end too soon or are malformed; never reads beyond the buffer. */
export class ByteReader {
  readonly buffer: Buffer;
  at = 0;
  readonly #maxParts: number;
  #parts = 0;

  constructor(buffer: Buffer, maxParts = Number.POSITIVE_INFINITY) {
    this.buffer = buffer;
    this.#maxParts = maxParts;
  }

  /** Counts an item that becomes an object of its own. An empty one takes two bytes here and hundreds in memory. */
  part(weight: number): void {
    this.#parts += weight;
    if (this.#parts > this.#maxParts) throw malformed(`it has more than ${this.#maxParts} parts`);
  }

  /** 32 bits; the higher ones of a longer varint are dropped, as the format says. */
  uint32(): number {
    const { buffer } = this;
    const first = buffer[this.at];
    if (first !== undefined && first < 128) {
      this.at += 1;
      return first;
    }
    const low = this.#low28();
    if (!this.#goesOn) return low;
    const fifth = this.#byte();
    let more = fifth > 127;
    for (let count = 5; more; count++) {
      if (count === 10) throw malformed('a varint of more than 10 bytes');
      more = this.#byte() > 127;
    }
    return (low | ((fifth & 15) << 28)) >>> 0;
  }

  #goesOn = false;

  #low28(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 127) << shift;
      if (byte < 128) {
        this.#goesOn = false;
        return value;
      }
    }
    this.#goesOn = true;
    return value;
  }

  /** 64 bits as decimal text. */
  uint64(): string {
    const small = this.#smallOrBig();
    return String(small);
  }

  int64(): string {
    const value = this.#smallOrBig();
    return typeof value === 'number' ? String(value) : String(BigInt.asIntN(64, value));
  }

  #smallOrBig(): number | bigint {
    const low = this.#low28();
    if (!this.#goesOn) return low;
    let value = BigInt(low);
    for (let shift = 28n; ; shift += 7n) {
      if (shift > 63n) throw malformed('a varint of more than 10 bytes');
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
  }

  double(): number {
    this.#check(8);
    const value = this.buffer.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  float(): number {
    this.#check(4);
    const value = this.buffer.readFloatLE(this.at);
    this.at += 4;
    return value;
  }

  /** A view of the buffer. */
  bytes(): Buffer {
    const start = this.#delimited();
    return start === this.at ? nothing : this.buffer.subarray(start, this.at);
  }

  text(): string {
    const start = this.#delimited();
    return start === this.at ? '' : this.buffer.toString('utf8', start, this.at);
  }

  /** Reads a length; the content ends where this says. */
  contentEnd(): number {
    const length = this.uint32();
    this.#check(length);
    return this.at + length;
  }

  #delimited(): number {
    const length = this.uint32();
    this.#check(length);
    const start = this.at;
    this.at += length;
    return start;
  }

  /** Passes over a field that nobody knows. */
  skip(wireType: number, depth = 0): void {
    if (wireType === 0) {
      for (let count = 0; this.#byte() > 127; count++)
        if (count === 9) throw malformed('a varint of more than 10 bytes');
    } else if (wireType === 1) this.#pass(8);
    else if (wireType === 2) this.#delimited();
    else if (wireType === 5) this.#pass(4);
    else if (wireType === 3 && depth < maxDepth) {
      for (;;) {
        const tag = this.uint32();
        if ((tag & 7) === 4) return;
        this.skip(tag & 7, depth + 1);
      }
    } else throw malformed(`wire type ${wireType}`);
  }

  #pass(count: number): void {
    this.#check(count);
    this.at += count;
  }

  #check(count: number): void {
    if (this.at + count > this.buffer.length) throw malformed('it ends too soon');
  }

  #byte(): number {
    const byte = this.buffer[this.at];
    if (byte === undefined) throw malformed('it ends too soon');
    this.at += 1;
    return byte;
  }
}

export function malformed(what: string): Error {
  return new Error(`malformed Protobuf bytes: ${what}`);
}
