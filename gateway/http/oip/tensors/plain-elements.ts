import { wrong, wrongNumber } from './element-fault.ts';
import type { ElementReader } from './element-reader.ts';
import { Byte, type JsonReader } from './json-reader.ts';

export class Booleans implements ElementReader {
  readonly #name: string;
  readonly #values: Uint8Array;

  constructor(count: number, name: string) {
    this.#name = name;
    this.#values = new Uint8Array(count);
  }

  read(json: JsonReader, index: number): void {
    if (json.isNumber()) {
      json.scanNumber();
      const token = json.token();
      if (token !== '0' && token !== '1')
        throw wrongNumber(json, this.#name, index, 'where BOOL takes true or false');
      this.#values[index] = token === '1' ? 1 : 0;
      return;
    }
    const byte = json.peek();
    const word = byte === 0x74 || byte === 0x66 ? json.word() : '';
    if (word !== 'true' && word !== 'false')
      throw wrong(json, this.#name, index, 'where BOOL takes true or false');
    this.#values[index] = word === 'true' ? 1 : 0;
  }

  raw(): Uint8Array {
    return this.#values;
  }
}

/** Each a little-endian uint32 length and that many bytes of UTF-8. */
export class Texts implements ElementReader {
  readonly #name: string;
  #raw = Buffer.allocUnsafe(1024);
  #at = 0;

  constructor(name: string) {
    this.#name = name;
  }

  read(json: JsonReader, index: number): void {
    if (json.peek() !== Byte.quote) throw wrong(json, this.#name, index, 'where BYTES takes a text');
    json.scanText();
    const bytes = json.bytesRead();
    const end = this.#at + 4 + bytes.length;
    if (end > this.#raw.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, this.#raw.length * 2));
      this.#raw.copy(grown, 0, 0, this.#at);
      this.#raw = grown;
    }
    this.#raw.set(bytes, this.#raw.writeUInt32LE(bytes.length, this.#at));
    this.#at = end;
  }

  raw(): Uint8Array {
    return this.#raw.subarray(0, this.#at);
  }
}
