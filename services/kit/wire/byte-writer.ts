/** ASCII up to this length is written in JavaScript: the native calls cost more. Its length takes one byte. */
const shortText = 96;
const initialBytes = 16 * 1024;
/** A larger buffer is given back after a message that needed it. */
const keptBytes = 256 * 1024;

/**
 * Writes the Protobuf wire format (https://protobuf.dev/programming-guides/encoding/) into one growing buffer. Lengths of nested
 * messages are put in afterwards: a place of one byte is left, and content longer than 127 bytes is moved up to make room.
 */
export class ByteWriter {
  #buffer = Buffer.allocUnsafeSlow(initialBytes);
  #at = 0;

  /** A copy of what was written; the writer is empty again. */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(this.#at);
    this.#buffer.copy(taken, 0, 0, this.#at);
    this.reset();
    return taken;
  }

  /** Forgets what was written. */
  reset(): void {
    this.#at = 0;
    if (this.#buffer.length > keptBytes) this.#buffer = Buffer.allocUnsafeSlow(initialBytes);
  }

  /** A number from 0 to 2^53. */
  varint(value: number): void {
    this.#need(10);
    let rest = value;
    // Shifts work on 32 bits only.
    while (rest > 0x7fff_ffff) {
      this.#buffer[this.#at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.#buffer[this.#at++] = (rest & 127) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#at++] = rest;
  }

  /** The 64 bits of a bigint, signed or not. */
  varint64(value: bigint): void {
    this.#need(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      this.#buffer[this.#at++] = Number(rest & 127n) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#at++] = Number(rest);
  }

  double(value: number): void {
    this.#need(8);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  float(value: number): void {
    this.#need(4);
    this.#at = this.#buffer.writeFloatLE(value, this.#at);
  }

  /** Length and bytes. */
  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.#need(value.length);
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
  }

  /** Length and UTF-8. */
  text(value: string): void {
    const { length } = value;
    if (length <= shortText && this.#shortText(value)) return;
    const sizeBytes = Buffer.byteLength(value);
    this.varint(sizeBytes);
    this.#need(sizeBytes);
    this.#at += this.#buffer.write(value, this.#at, 'utf8');
  }

  #shortText(value: string): boolean {
    const { length } = value;
    this.#need(length + 1);
    const buffer = this.#buffer;
    const start = this.#at + 1;
    for (let place = 0; place < length; place++) {
      const unit = value.charCodeAt(place);
      if (unit > 127) return false;
      buffer[start + place] = unit;
    }
    buffer[this.#at] = length;
    this.#at = start + length;
    return true;
  }

  /** Begins content whose length comes first; to be handed to `end`. */
  begin(): number {
    this.#need(1);
    return ++this.#at;
  }

  end(start: number): void {
    const length = this.#at - start;
    if (length < 128) {
      this.#buffer[start - 1] = length;
      return;
    }
    let extra = 0;
    for (let rest = length; rest > 127; rest = Math.floor(rest / 128)) extra += 1;
    this.#need(extra);
    this.#buffer.copyWithin(start + extra, start, this.#at);
    this.#at = start - 1;
    this.varint(length);
    this.#at = start + extra + length;
  }

  #need(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }
}
