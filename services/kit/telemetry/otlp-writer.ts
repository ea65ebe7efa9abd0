import type { AttributeValue } from './span.ts';

const initialBytes = 64 * 1024;
const encoder = new TextEncoder();

/** What is kept encoded because the code repeats it. Bounded, so that what callers invent does not grow the memory. */
const maxKnownNames = 1000;
const maxKnownKeys = 200;
const maxKnownValues = 64;
const maxKnownValueLength = 128;

/** From this size the built-in copy beats a loop. */
const builtInCopyBytes = 24;

interface KnownKey {
  /** KeyValue.key, and the tag of the value that follows. */
  readonly head: Uint8Array;
  /** Whole KeyValues with their length, by text value. */
  readonly pairs: Map<string, Uint8Array>;
}

/**
 * Grows one buffer and writes protobuf fields into it, for OTLP messages only (opentelemetry/proto/common/v1/common.proto).
 * Lengths that are not known beforehand are patched afterwards, so that nothing is measured twice.
 */
export class OtlpWriter {
  #bytes: Uint8Array = new Uint8Array(initialBytes);
  #view = new DataView(this.#bytes.buffer);
  #pos = 0;
  readonly #knownKeys = new Map<string, KnownKey>();
  readonly #knownStrings = new Map<string, Uint8Array>();

  get length(): number {
    return this.#pos;
  }

  clear(): void {
    this.#pos = 0;
  }

  /** What was written, as a view that the next clear() invalidates. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#pos);
  }

  byte(value: number): void {
    if (this.#pos === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#pos++] = value;
  }

  /** An unsigned 32-bit varint. */
  varint(value: number): void {
    if (this.#pos + 5 > this.#bytes.length) this.#grow(5);
    let left = value;
    while (left > 0x7f) {
      this.#bytes[this.#pos++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    this.#bytes[this.#pos++] = left;
  }

  /** A fixed32 with its tag of two bytes. */
  fixed32(tagLow: number, tagHigh: number, value: number): void {
    if (this.#pos + 6 > this.#bytes.length) this.#grow(6);
    this.#bytes[this.#pos] = tagLow;
    this.#bytes[this.#pos + 1] = tagHigh;
    this.#view.setUint32(this.#pos + 2, value, true);
    this.#pos += 6;
  }

  /** The id with tag and length, from its hex digits. */
  id(tag: number, hex: string): void {
    const size = hex.length >> 1;
    if (this.#pos + size + 2 > this.#bytes.length) this.#grow(size + 2);
    const bytes = this.#bytes;
    let pos = this.#pos;
    bytes[pos++] = tag;
    bytes[pos++] = size;
    for (let i = 0; i < hex.length; i += 2) {
      bytes[pos++] = (digit(hex.charCodeAt(i)) << 4) | digit(hex.charCodeAt(i + 1));
    }
    this.#pos = pos;
  }

  /** A fixed64 with its tag, from the halves of the number. */
  fixed64(tag: number, low: number, high: number): void {
    if (this.#pos + 9 > this.#bytes.length) this.#grow(9);
    this.#bytes[this.#pos] = tag;
    this.#view.setUint32(this.#pos + 1, low, true);
    this.#view.setUint32(this.#pos + 5, high, true);
    this.#pos += 9;
  }

  raw(from: Uint8Array): void {
    const size = from.length;
    if (this.#pos + size > this.#bytes.length) this.#grow(size);
    const bytes = this.#bytes;
    const pos = this.#pos;
    if (size > builtInCopyBytes) bytes.set(from, pos);
    else for (let i = 0; i < size; i++) bytes[pos + i] = from[i] as number;
    this.#pos = pos + size;
  }

  string(tag: number, text: string): void {
    this.byte(tag);
    const start = this.open();
    this.#text(text);
    this.close(start);
  }

  /** A string that will come again, such as a span's name. */
  knownString(tag: number, text: string): void {
    this.byte(tag);
    const known = this.#knownStrings.get(text);
    if (known !== undefined) {
      this.raw(known);
      return;
    }
    const start = this.#pos;
    const open = this.open();
    this.#text(text);
    this.close(open);
    if (this.#knownStrings.size < maxKnownNames)
      this.#knownStrings.set(text, this.#bytes.slice(start, this.#pos));
  }

  /** Attributes as repeated KeyValue. */
  attributes(tag: number, attributes: Readonly<Record<string, AttributeValue>>): void {
    for (const key in attributes) {
      const value = attributes[key];
      if (value === undefined) continue;
      this.byte(tag);
      const known = this.#knownKeys.get(key);
      const pair = typeof value === 'string' ? known?.pairs.get(value) : undefined;
      if (pair !== undefined) this.raw(pair);
      else this.#pair(key, value, known ?? this.#learnKey(key));
    }
  }

  /** Leaves room for the length of what follows; pass the result to close(). */
  open(): number {
    if (this.#pos === this.#bytes.length) this.#grow(1);
    return ++this.#pos;
  }

  /** Writes the length of all since open(), moving it if the length needs more than the one byte left for it. */
  close(start: number): void {
    const size = this.#pos - start;
    if (size < 0x80) {
      this.#bytes[start - 1] = size;
      return;
    }
    const extra = varintSize(size) - 1;
    if (this.#pos + extra > this.#bytes.length) this.#grow(extra);
    this.#bytes.copyWithin(start + extra, start, this.#pos);
    const end = this.#pos + extra;
    this.#pos = start - 1;
    this.varint(size);
    this.#pos = end;
  }

  #value(value: AttributeValue): void {
    if (typeof value === 'string') {
      this.string(0x0a, value);
    } else if (typeof value === 'boolean') {
      this.byte(0x10);
      this.byte(value ? 1 : 0);
    } else if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) {
      this.byte(0x18);
      this.#int64(value);
    } else {
      if (this.#pos + 9 > this.#bytes.length) this.#grow(9);
      this.#bytes[this.#pos] = 0x21;
      this.#view.setFloat64(this.#pos + 1, value, true);
      this.#pos += 9;
    }
  }

  #int64(value: number): void {
    if (value >= 0 && value <= 0x7fffffff) {
      this.varint(value);
      return;
    }
    for (let left = BigInt.asUintN(64, BigInt(value)); ; left >>= 7n) {
      const part = Number(left & 0x7fn);
      if (left < 0x80n) {
        this.byte(part);
        return;
      }
      this.byte(part | 0x80);
    }
  }

  #pair(key: string, value: AttributeValue, known: KnownKey | undefined): void {
    const start = this.#pos;
    const pair = this.open();
    if (known === undefined) this.#key(key);
    else this.raw(known.head);
    const any = this.open();
    this.#value(value);
    this.close(any);
    this.close(pair);
    if (known === undefined || typeof value !== 'string') return;
    if (known.pairs.size < maxKnownValues && value.length <= maxKnownValueLength) {
      known.pairs.set(value, this.#bytes.slice(start, this.#pos));
    }
  }

  #learnKey(key: string): KnownKey | undefined {
    if (this.#knownKeys.size >= maxKnownKeys) return undefined;
    const start = this.#pos;
    this.#key(key);
    const known = { head: this.#bytes.slice(start, this.#pos), pairs: new Map<string, Uint8Array>() };
    this.#pos = start;
    this.#knownKeys.set(key, known);
    return known;
  }

  #key(key: string): void {
    this.string(0x0a, key);
    this.byte(0x12);
  }

  #text(text: string): void {
    const most = text.length * 3;
    if (this.#pos + most > this.#bytes.length) this.#grow(most);
    const bytes = this.#bytes;
    let pos = this.#pos;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.#pos += encoder.encodeInto(text, bytes.subarray(this.#pos)).written;
        return;
      }
      bytes[pos++] = code;
    }
    this.#pos = pos;
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#pos + needed));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** Bytes of an unsigned 32-bit varint. */
export function varintSize(value: number): number {
  let size = 1;
  for (let left = value >>> 7; left > 0; left >>>= 7) size++;
  return size;
}

/** The value of a hex digit. */
function digit(code: number): number {
  return (code & 15) + (code >> 6) * 9;
}
