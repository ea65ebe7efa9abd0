import { Failure, type Outcome } from './compiled-part.ts';
import type { Overload } from './functions.ts';

/** As value.proto says of text. No expression makes a longer one, however its parts are put together. */
export const maxTextLength = 64 * 1024;
/** Pieces of a split text. */
const maxPieces = 100;
/** What is sought in a text: a search takes a quarter of a millisecond at most. */
const maxSoughtLength = 256;
const textCost = 20;

const manyPieces = new Failure(`a text that splits into more than ${maxPieces} pieces`);
const longSought = new Failure(`a search for a text of more than ${maxSoughtLength} characters`);
const outside = new Failure('a place outside of the text');
const longText = new Failure(`a text of more than ${maxTextLength} characters`);

/** Lengths and places count code points, as CEL does. */
export const textFunctions: Readonly<Record<string, readonly Overload[]>> = {
  size: [
    { args: ['string'], result: 'int', cost: textCost, apply: (text: string) => BigInt(codePoints(text)) },
    ...(['double', 'int', 'bool', 'string'] as const).map(
      (of): Overload => ({
        args: [`list<${of}>`],
        result: 'int',
        cost: 1,
        apply: (list: readonly unknown[]) => BigInt(list.length),
      }),
    ),
  ],
  '.contains': predicate((text, part) => text.includes(part)),
  '.startsWith': predicate((text, part) => text.startsWith(part)),
  '.endsWith': predicate((text, part) => text.endsWith(part)),
  '.lowerAscii': mapping((text) =>
    isAscii(text) ? text.toLowerCase() : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  ),
  '.upperAscii': mapping((text) =>
    isAscii(text) ? text.toUpperCase() : text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
  ),
  '.trim': mapping((text) => text.trim()),
  '.substring': [
    {
      args: ['string', 'int'],
      result: 'string',
      cost: textCost,
      apply: (text: string, from: bigint) => substring(text, from),
    },
    {
      args: ['string', 'int', 'int'],
      result: 'string',
      cost: textCost,
      apply: (text: string, from: bigint, to: bigint) => substring(text, from, to),
    },
  ],
  '.split': [
    {
      args: ['string', 'string'],
      result: 'list<string>',
      cost: textCost,
      apply: (text: string, separator: string) => {
        if (separator.length > maxSoughtLength) return longSought;
        const pieces = text.split(separator, maxPieces + 1);
        return pieces.length > maxPieces ? manyPieces : pieces;
      },
    },
  ],
  '.join': [
    {
      args: ['list<string>', 'string'],
      result: 'string',
      cost: textCost,
      apply: (pieces: readonly string[], separator: string) => {
        let length = separator.length * pieces.length;
        for (const piece of pieces) length += piece.length;
        return length > maxTextLength ? longText : pieces.join(separator);
      },
    },
  ],
};

function predicate(test: (text: string, part: string) => boolean): Overload[] {
  const apply = (text: string, part: string): Outcome =>
    part.length > maxSoughtLength ? longSought : test(text, part);
  return [{ args: ['string', 'string'], result: 'bool', cost: textCost, apply }];
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

function mapping(map: (text: string) => string): Overload[] {
  return [{ args: ['string'], result: 'string', cost: textCost, apply: map }];
}

function codePoints(text: string): number {
  let surrogatePairs = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0xd800 || unit > 0xdbff) continue;
    const next = text.charCodeAt(index + 1);
    if (next >= 0xdc00 && next <= 0xdfff) surrogatePairs++;
  }
  return text.length - surrogatePairs;
}

function substring(text: string, from: bigint, to?: bigint): Outcome {
  const length = codePoints(text);
  const end = to === undefined ? length : Number(to);
  const start = Number(from);
  if (start < 0 || end > length || start > end) return outside;
  return length === text.length ? text.slice(start, end) : [...text].slice(start, end).join('');
}
