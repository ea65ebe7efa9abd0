import { halfBits } from '../../../../services/kit/wire/half-float.ts';
import { wrong, wrongNumber } from './element-fault.ts';
import type { ElementReader } from './element-reader.ts';
import { Byte, type JsonReader } from './json-reader.ts';

/** The float nearest to the double nearest to the decimal, as every reader of JSON that has doubles makes it. */
export class Floats implements ElementReader {
  readonly #name: string;
  readonly #values: Float32Array;

  constructor(count: number, name: string) {
    this.#name = name;
    this.#values = new Float32Array(count);
  }

  read(json: JsonReader, index: number): void {
    const value = readDouble(json, this.#name, index, 'FP32');
    this.#values[index] = value;
    // Where the nearest float is an infinity that was not written.
    if (Math.abs(value) > maxFloat && Math.abs(this.#values[index] ?? 0) > maxFloat && Number.isFinite(value))
      throw wrongNumber(json, this.#name, index, 'outside what FP32 holds');
  }

  raw(): Uint8Array {
    return new Uint8Array(this.#values.buffer);
  }
}

const maxFloat = (2 - 2 ** -23) * 2 ** 127;

export class Doubles implements ElementReader {
  readonly #name: string;
  readonly #values: Float64Array;

  constructor(count: number, name: string) {
    this.#name = name;
    this.#values = new Float64Array(count);
  }

  read(json: JsonReader, index: number): void {
    this.#values[index] = readDouble(json, this.#name, index, 'FP64');
  }

  raw(): Uint8Array {
    return new Uint8Array(this.#values.buffer);
  }
}

/** The half nearest to that double. */
export class Halves implements ElementReader {
  readonly #name: string;
  readonly #values: Uint16Array;

  constructor(count: number, name: string) {
    this.#name = name;
    this.#values = new Uint16Array(count);
  }

  read(json: JsonReader, index: number): void {
    const value = readDouble(json, this.#name, index, 'FP16');
    const bits = halfBits(value);
    if ((bits & 0x7fff) === 0x7c00 && Number.isFinite(value))
      throw wrongNumber(json, this.#name, index, 'outside what FP16 holds');
    this.#values[index] = bits;
  }

  raw(): Uint8Array {
    return new Uint8Array(this.#values.buffer);
  }
}

/** A number, or one of the texts that proto3's JSON has for what JSON numbers can't say. */
function readDouble(json: JsonReader, name: string, index: number, datatype: string): number {
  if (json.isNumber()) {
    json.scanNumber();
    const value = json.double();
    if (!Number.isFinite(value)) throw wrongNumber(json, name, index, `outside what ${datatype} holds`);
    return value;
  }
  const byte = json.peek();
  // An N, an I or a minus: as Python writes them.
  const isWord = byte === 0x4e || byte === 0x49 || byte === Byte.minus;
  const word = byte === Byte.quote ? json.text() : isWord ? json.word() : '';
  switch (word) {
    case 'NaN':
      return Number.NaN;
    case 'Infinity':
      return Number.POSITIVE_INFINITY;
    case '-Infinity':
      return Number.NEGATIVE_INFINITY;
    default:
      throw byte === Byte.quote
        ? wrongNumber(json, name, index, `where ${datatype} takes a number, "NaN", "Infinity" or "-Infinity"`)
        : wrong(json, name, index, `where ${datatype} takes a number`);
  }
}
