import type { SmallInteger } from './datatype.ts';
import { integerOf } from './decimal.ts';
import { wrong, wrongNumber } from './element-fault.ts';
import type { ElementReader } from './element-reader.ts';
import { Byte, type JsonReader } from './json-reader.ts';

/** Integers of up to 32 bits. */
export class SmallIntegers implements ElementReader {
  readonly #datatype: string;
  readonly #kind: SmallInteger;
  readonly #name: string;
  readonly #buffer: ArrayBuffer;
  readonly #values: ReturnType<SmallInteger['array']>;

  constructor(datatype: string, kind: SmallInteger, count: number, name: string) {
    this.#datatype = datatype;
    this.#kind = kind;
    this.#name = name;
    this.#buffer = new ArrayBuffer(count * kind.sizeBytes);
    this.#values = kind.array(this.#buffer);
  }

  read(json: JsonReader, index: number): void {
    const { low, high } = this.#kind;
    if (!json.isNumber()) throw wrong(json, this.#name, index, `where ${this.#datatype} takes an integer`);
    json.scanNumber();
    let value = json.shortInteger();
    if (Number.isNaN(value)) {
      const exact = integerOf(json.token());
      if (exact === undefined)
        throw wrongNumber(json, this.#name, index, `where ${this.#datatype} takes an integer`);
      value = Number(exact);
    }
    if (value < low || value > high)
      throw wrongNumber(json, this.#name, index, `outside ${low}..${high} of ${this.#datatype}`);
    this.#values[index] = value;
  }

  raw(): Uint8Array {
    return new Uint8Array(this.#buffer);
  }
}

/** Integers of 64 bits, none of which is ever a double. */
export class LongIntegers implements ElementReader {
  readonly #datatype: string;
  readonly #low: bigint;
  readonly #high: bigint;
  readonly #name: string;
  readonly #view: DataView;

  constructor(datatype: string, low: bigint, high: bigint, count: number, name: string) {
    this.#datatype = datatype;
    this.#low = low;
    this.#high = high;
    this.#name = name;
    this.#view = new DataView(new ArrayBuffer(count * 8));
  }

  read(json: JsonReader, index: number): void {
    if (json.isNumber()) {
      json.scanNumber();
      const short = json.shortInteger();
      if (short >= 0 || (short < 0 && this.#low < 0n)) {
        const high = Math.floor(short / 2 ** 32);
        this.#view.setUint32(index * 8, short - high * 2 ** 32, true);
        this.#view.setInt32(index * 8 + 4, high, true);
        return;
      }
    }
    // As a text too, because JavaScript can't write such numbers.
    else if (json.peek() === Byte.quote) json.scanText();
    else throw wrong(json, this.#name, index, `where ${this.#datatype} takes an integer`);
    const exact = integerOf(json.token());
    if (exact === undefined)
      throw wrongNumber(json, this.#name, index, `where ${this.#datatype} takes an integer`);
    if (exact < this.#low || exact > this.#high)
      throw wrongNumber(json, this.#name, index, `outside ${this.#low}..${this.#high} of ${this.#datatype}`);
    this.#view.setBigUint64(index * 8, BigInt.asUintN(64, exact), true);
  }

  raw(): Uint8Array {
    return new Uint8Array(this.#view.buffer);
  }
}
