/** Where something stands; both count from 1, columns in UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a text, where. */
export class TextFault extends Error {
  constructor({ line, column }: Place, message: string) {
    super(`${line}:${column}: ${message}`);
    this.name = 'TextFault';
  }
}

export type Token = Place & {
  /** What stands there, for messages; of a string its bytes are in `bytes`. */
  readonly text: string;
} & (
    | { readonly kind: 'name' | 'integer' | 'float' | 'symbol' | 'end' }
    | { readonly kind: 'string'; readonly bytes: Buffer }
  );

const spaces = /(?:[ \t\n\v\f\r]|#[^\n\0]*)+/y;
const names = /[A-Za-z_][A-Za-z0-9_]*/y;
const floats =
  /(?:(?:\.[0-9]+|(?:0|[1-9][0-9]*)\.[0-9]*)(?:[eE][+-]?[0-9]+)?|(?:0|[1-9][0-9]*)[eE][+-]?[0-9]+)[fF]?|(?:0|[1-9][0-9]*)[fF]/y;
const integers = /0[xX][0-9A-Fa-f]+|0[0-7]+|0|[1-9][0-9]*/y;
const numberEnd = /[A-Za-z0-9_.]+/y;
const symbols = '{}<>[]:,;-/';
const plainText = /[^\\'"\n\0]+/y;
const escapes =
  /\\(?:([abfnrtv?\\'"])|([0-7]{1,3})|[xX]([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/y;
const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * Tokens of Protobuf's text format (https://protobuf.dev/reference/protobuf/textformat-spec), one at a time, so that the first
 * fault ends the work. Comments and white space are passed over. Throws a TextFault.
 */
export class TextLexer {
  readonly #text: string;
  #at = 0;
  /** The line that was last asked for, and where it begins and ends. */
  #line = 1;
  #lineStart = 0;
  #lineEnd: number;

  constructor(text: string) {
    this.#text = text;
    this.#lineEnd = endOfLine(text, 0);
  }

  next(): Token {
    this.#match(spaces);
    const place = this.#place();
    const character = this.#text[this.#at];
    if (character === undefined) return { ...place, kind: 'end', text: '' };
    if (character === '"' || character === "'")
      return { ...place, kind: 'string', text: 'a string', bytes: this.#string(character) };
    const name = this.#match(names);
    if (name !== undefined) return { ...place, kind: 'name', text: name };
    const float = this.#match(floats);
    const number = float ?? this.#match(integers);
    if (number !== undefined) {
      const rest = this.#match(numberEnd);
      if (rest !== undefined) throw new TextFault(place, `'${clip(number + rest)}' is no number`);
      return { ...place, kind: float === undefined ? 'integer' : 'float', text: number };
    }
    if (!symbols.includes(character))
      throw new TextFault(place, `unexpected ${nameOf(this.#text, this.#at)}`);
    this.#at++;
    return { ...place, kind: 'symbol', text: character };
  }

  #string(quote: string): Buffer {
    const opened = this.#place();
    const parts: Buffer[] = [];
    this.#at++;
    for (;;) {
      const plain = this.#match(plainText);
      if (plain !== undefined) parts.push(Buffer.from(plain));
      const character = this.#text[this.#at];
      if (character === quote) break;
      if (character === '\\') parts.push(this.#escape());
      else if (character === '"' || character === "'") {
        parts.push(Buffer.from(character));
        this.#at++;
      } else if (character === '\0')
        throw new TextFault(this.#place(), 'a zero character stands in a string');
      else throw new TextFault(opened, `the string that begins here is not closed on its line with ${quote}`);
    }
    this.#at++;
    return Buffer.concat(parts);
  }

  #escape(): Buffer {
    const place = this.#place();
    escapes.lastIndex = this.#at;
    const match = escapes.exec(this.#text);
    if (match === null)
      throw new TextFault(
        place,
        `'${clip(this.#text.slice(this.#at, this.#at + 2))}' is no escape; write '\\\\' for a backslash`,
      );
    this.#at = escapes.lastIndex;
    const [text, simple, octal, hex, short, long] = match;
    if (simple !== undefined) return Buffer.from(simpleEscapes[simple] ?? simple);
    const byte = octal === undefined ? hex && Number.parseInt(hex, 16) : Number.parseInt(octal, 8);
    if (typeof byte === 'number') {
      if (byte > 255) throw new TextFault(place, `'${text}' is no byte; the largest is '\\377'`);
      return Buffer.of(byte);
    }
    const codePoint = Number.parseInt(short ?? long ?? '', 16);
    if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint < 0xe000))
      throw new TextFault(place, `'${text}' is no character of Unicode`);
    return Buffer.from(String.fromCodePoint(codePoint));
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0];
    if (text !== undefined) this.#at += text.length;
    return text;
  }

  #place(): Place {
    while (this.#lineEnd < this.#at) {
      this.#line++;
      this.#lineStart = this.#lineEnd + 1;
      this.#lineEnd = endOfLine(this.#text, this.#lineStart);
    }
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** As it is shown in a message. */
export function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

function nameOf(text: string, at: number): string {
  const codePoint = text.codePointAt(at) ?? 0;
  const isShown = codePoint > 0x20 && codePoint < 0x7f;
  return isShown
    ? `'${String.fromCodePoint(codePoint)}'`
    : `character U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
}
