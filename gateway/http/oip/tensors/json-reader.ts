import { isUtf8 } from 'node:buffer';
import { MeshError } from '../../../../services/kit/errors/mesh-error.ts';

/** Deeper nesting is refused, so that a body can't exhaust the stack. */
const maxDepth = 64;
/** What a JavaScript string can hold, with room to spare. */
const maxJsonBytes = 2 ** 28;
/** Digits of a decimal that always fit the 53 bits of a double. */
const exactDigits = 15;
/** The largest power of ten that a double holds exactly. */
const exactPower = 22;

export const Byte = {
  quote: 0x22,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  dot: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  open: 0x5b,
  backslash: 0x5c,
  close: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

const powersOfTen = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
];

/**
 * Reads JSON (RFC 8259) from its bytes without building a tree, so that numbers reach their tensor exactly and in place. Each
 * method passes over what it read; all fail with INVALID_REQUEST that names the byte. NaN, Infinity and -Infinity, as Python writes
 * them, are words too.
 *
 * Read an array with `for (let more = json.enter(Byte.open, Byte.close); more; more = json.more(Byte.close))`, an object likewise
 * with `key()` first.
 */
export class JsonReader {
  readonly #bytes: Buffer;
  /** One character per byte: cheaper to look at than the bytes, and numbers are parts of it. */
  readonly #text: string;
  #at = 0;

  /** Where the text or number that was read last begins and ends; of a text without its quotes. */
  start = 0;
  end = 0;
  #hasEscapes = false;
  #isAscii = true;
  #negative = false;
  #digits = 0;
  #mantissa = 0;
  #exponent = 0;
  /** Whether the number that was read last has neither fraction nor exponent. */
  isPlain = false;

  constructor(bytes: Buffer) {
    if (bytes.length > maxJsonBytes)
      throw new MeshError(
        'MESSAGE_TOO_LARGE',
        `the JSON has ${bytes.length} bytes, more than ${maxJsonBytes}; send tensors as binary data`,
      );
    if (!isUtf8(bytes)) throw new MeshError('INVALID_REQUEST', 'the body is not valid JSON: it is not UTF-8');
    this.#bytes = bytes;
    this.#text = bytes.toString('latin1');
  }

  get at(): number {
    return this.#at;
  }

  /** Goes on reading there. */
  seek(at: number): void {
    this.#at = at;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#text.length - this.#at;
  }

  /** The next byte that is not white space, not passed over; NaN at the end. */
  peek(): number {
    for (;;) {
      const byte = this.#text.charCodeAt(this.#at);
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.#at++;
    }
  }

  /** Begins an array or object; whether it has anything in it. */
  enter(open: number, close: number): boolean {
    if (this.peek() !== open) throw this.fault(`expected '${String.fromCharCode(open)}'`);
    this.#at++;
    if (this.peek() !== close) return true;
    this.#at++;
    return false;
  }

  /** After a value: whether another one follows before the close. */
  more(close: number): boolean {
    const byte = this.peek();
    if (byte !== Byte.comma && byte !== close)
      throw this.fault(`expected ',' or '${String.fromCharCode(close)}'`);
    this.#at++;
    return byte === Byte.comma;
  }

  /** The name of a member. */
  key(): string {
    const key = this.text();
    if (this.peek() !== Byte.colon) throw this.fault(`expected ':'`);
    this.#at++;
    return key;
  }

  text(): string {
    this.scanText();
    return this.textRead();
  }

  /** Passes over a text; `textRead` and `bytesRead` then give it. */
  scanText(): void {
    if (this.peek() !== Byte.quote) throw this.fault('expected a text');
    const text = this.#text;
    let at = this.#at + 1;
    this.start = at;
    this.#hasEscapes = false;
    this.#isAscii = true;
    for (;;) {
      const byte = text.charCodeAt(at);
      if (byte === Byte.quote) break;
      if (byte === Byte.backslash) {
        this.#hasEscapes = true;
        at++;
      } else if (byte >= 0x80) this.#isAscii = false;
      // Also at the end, where it is NaN.
      else if (!(byte >= 0x20)) {
        this.#at = at;
        throw this.fault('a text does not end, or has a control character');
      }
      at++;
    }
    this.end = at;
    this.#at = at + 1;
  }

  /** The text that was scanned last. */
  textRead(): string {
    const { start, end } = this;
    if (this.#hasEscapes) return this.#unescaped();
    return this.#isAscii ? this.#text.slice(start, end) : this.#bytes.toString('utf8', start, end);
  }

  /** UTF-8 of the text that was scanned last: a view where it can be one. */
  bytesRead(): Uint8Array {
    if (this.#hasEscapes) return Buffer.from(this.#unescaped());
    return this.#bytes.subarray(this.start, this.end);
  }

  #unescaped(): string {
    let text: string;
    try {
      text = JSON.parse(this.#bytes.toString('utf8', this.start - 1, this.end + 1)) as string;
    } catch {
      this.#at = this.start;
      throw this.fault('a text has an escape that JSON does not know');
    }
    if (/\p{Surrogate}/u.test(text)) {
      this.#at = this.start;
      throw this.fault('a text has half of a surrogate pair, which is no character');
    }
    return text;
  }

  /** Whether the next value is a number, other than NaN and the infinities. */
  isNumber(): boolean {
    const byte = this.peek();
    if (byte === Byte.minus) return this.#text.charCodeAt(this.#at + 1) !== 0x49;
    return byte >= Byte.zero && byte <= Byte.nine;
  }

  /** Passes over a number; `double`, `integer` and `token` then give it. */
  scanNumber(): void {
    const text = this.#text;
    let at = this.#at;
    this.start = at;
    this.#mantissa = 0;
    this.#digits = 0;
    this.#exponent = 0;
    this.#negative = text.charCodeAt(at) === Byte.minus;
    if (this.#negative) at++;
    const first = text.charCodeAt(at);
    at = first === Byte.zero ? at + 1 : this.#scanDigits(at);
    this.isPlain = true;
    if (text.charCodeAt(at) === Byte.dot) {
      this.isPlain = false;
      const from = at + 1;
      at = this.#scanDigits(from);
      this.#exponent = from - at;
    }
    if ((text.charCodeAt(at) | 0x20) === 0x65) {
      this.isPlain = false;
      at = this.#scanExponent(at + 1);
    }
    this.end = at;
    this.#at = at;
  }

  /** Adds digits to the mantissa until there are none. */
  #scanDigits(from: number): number {
    const text = this.#text;
    let mantissa = this.#mantissa;
    let digits = this.#digits;
    let at = from;
    for (;;) {
      const digit = text.charCodeAt(at) - Byte.zero;
      if (!(digit >= 0 && digit <= 9)) break;
      if (digit !== 0 || mantissa !== 0) digits++;
      if (digits <= exactDigits) mantissa = mantissa * 10 + digit;
      at++;
    }
    this.#mantissa = mantissa;
    this.#digits = digits;
    if (at > from) return at;
    this.#at = at;
    throw this.fault('expected a digit');
  }

  #scanExponent(from: number): number {
    const text = this.#text;
    const sign = text.charCodeAt(from);
    const first = sign === Byte.minus || sign === Byte.plus ? from + 1 : from;
    let at = first;
    let exponent = 0;
    for (;;) {
      const digit = text.charCodeAt(at) - Byte.zero;
      if (!(digit >= 0 && digit <= 9)) break;
      // Beyond this it is not computed with.
      if (exponent < 1e6) exponent = exponent * 10 + digit;
      at++;
    }
    if (at === first) {
      this.#at = at;
      throw this.fault('expected a digit');
    }
    this.#exponent += sign === Byte.minus ? -exponent : exponent;
    return at;
  }

  /** The number that was scanned last as it is written. */
  token(): string {
    return this.#text.slice(this.start, this.end);
  }

  /**
   * The double nearest to the number that was scanned last; an infinity beyond the largest. Where mantissa and power of ten are
   * doubles, one operation gives the nearest (Clinger, "How to read floating point numbers accurately", 1990).
   */
  double(): number {
    const exponent = this.#exponent;
    if (this.#digits > exactDigits || exponent < -exactPower || exponent > exactPower)
      return Number(this.token());
    const magnitude =
      exponent < 0
        ? this.#mantissa / (powersOfTen[-exponent] as number)
        : this.#mantissa * (powersOfTen[exponent] as number);
    return this.#negative ? -magnitude : magnitude;
  }

  /** The number that was scanned last if it is written as an integer of at most 15 digits; NaN if not. */
  shortInteger(): number {
    if (!this.isPlain || this.#digits > exactDigits) return Number.NaN;
    return this.#negative ? -this.#mantissa : this.#mantissa;
  }

  /** A word like true, null or -Infinity. */
  word(): string {
    const from = this.#at;
    let at = from;
    for (;;) {
      const byte = this.#text.charCodeAt(at);
      const letter = byte | 0x20;
      if (!((letter >= 0x61 && letter <= 0x7a) || byte === Byte.minus) || at - from > 16) break;
      at++;
    }
    const word = this.#text.slice(from, at);
    switch (word) {
      case 'true':
      case 'false':
      case 'null':
      case 'NaN':
      case 'Infinity':
      case '-Infinity':
        this.#at = at;
        return word;
      default:
        throw this.fault('expected a value');
    }
  }

  /** Passes over any value. */
  skip(depth = 0): void {
    if (depth > maxDepth) throw this.fault(`nested more than ${maxDepth} deep`);
    const byte = this.peek();
    if (byte === Byte.quote) {
      this.scanText();
      if (this.#hasEscapes) this.#unescaped();
    } else if (byte === Byte.open) {
      for (let more = this.enter(Byte.open, Byte.close); more; more = this.more(Byte.close))
        this.skip(depth + 1);
    } else if (byte === Byte.openBrace) {
      for (let more = this.enter(Byte.openBrace, Byte.closeBrace); more; more = this.more(Byte.closeBrace)) {
        this.key();
        this.skip(depth + 1);
      }
    } else if (this.isNumber()) this.scanNumber();
    else this.word();
  }

  /** Nothing may follow. */
  finish(): void {
    if (!Number.isNaN(this.peek())) throw this.fault('expected nothing more');
  }

  /** What is wrong here. */
  fault(what: string): MeshError {
    const found = this.#text.charAt(this.#at);
    const shown = found === '' ? 'the end' : JSON.stringify(found);
    return new MeshError(
      'INVALID_REQUEST',
      `the body is not the JSON of an inference request: ${what} at byte ${this.#at}, found ${shown}`,
    );
  }
}
