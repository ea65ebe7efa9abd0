import type { Value__Output } from '../../gen/scoremesh/scoring/v1/Value.ts';
import { maxTextBytes } from '../config.ts';
import type { Datatype } from '../declarations/declarations.ts';

/** A value as its field's type has it. INT64 is a number where that is exact, else a bigint; a floating zero has no sign. */
export type FieldValue = number | bigint | boolean | string;

/** Why a value doesn't fit its field, in words that don't tell the value. */
export class Misfit {
  readonly description: string;

  constructor(description: string) {
    this.description = description;
  }
}

const maxFloat32 = 3.4028234663852886e38;

/** The value of a field of this type; null is not for here. FP32 is not rounded yet. */
export function fieldValue(datatype: Datatype, value: Value__Output): FieldValue | Misfit {
  switch (datatype) {
    case 'FP32':
    case 'FP64':
      return floating(datatype, value);
    case 'INT64':
      return integer(value);
    case 'BOOL':
      return value.kind === 'flag' && typeof value.flag === 'boolean'
        ? value.flag
        : mismatch(value, 'a boolean');
    case 'BYTES':
      return text(value);
  }
}

function floating(datatype: 'FP32' | 'FP64', value: Value__Output): number | Misfit {
  const { kind } = value;
  if (kind !== 'number' && kind !== 'integer') return mismatch(value, 'a number');
  const exact = kind === 'number' ? value.number : parseInteger(value.integer);
  if (exact === undefined) return notAnInteger;
  const number = Number(exact);
  if (!Number.isFinite(number)) return notFinite;
  // What rounds to infinity is beyond the largest float32 by half a unit in its last place.
  if (datatype === 'FP32' && Math.abs(number) > maxFloat32 && !Number.isFinite(Math.fround(number)))
    return beyondFloat32;
  return number + 0;
}

function integer(value: Value__Output): number | bigint | Misfit {
  const { kind } = value;
  if (kind === 'integer') return parseInteger(value.integer) ?? notAnInteger;
  if (kind !== 'number') return mismatch(value, 'an integer');
  const { number } = value;
  return Number.isSafeInteger(number) ? Number(number) + 0 : inexact;
}

/** Exact: a number where that can hold it. Undefined if it is no decimal integer of 64 bits. */
export function parseInteger(digits: string | undefined): number | bigint | undefined {
  if (typeof digits !== 'string') return undefined;
  const { length } = digits;
  const negative = digits.charCodeAt(0) === 45;
  if (length > 15) return parseLong(digits);
  let number = 0;
  for (let at = negative ? 1 : 0; at < length; at++) {
    const digit = digits.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  if (length === (negative ? 1 : 0)) return undefined;
  return negative ? 0 - number : number;
}

function parseLong(digits: string): number | bigint | undefined {
  if (!/^-?[0-9]{1,19}$/.test(digits)) return undefined;
  const exact = BigInt(digits);
  if (BigInt.asIntN(64, exact) !== exact) return undefined;
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact;
}

const loneSurrogate = /\p{Cs}/u;

function text(value: Value__Output): string | Misfit {
  const { kind, text } = value;
  if (kind !== 'text' || typeof text !== 'string') return mismatch(value, 'text');
  if (text.length * 3 > maxTextBytes) {
    const bytes = Buffer.byteLength(text);
    if (bytes > maxTextBytes)
      return new Misfit(`has ${bytes} bytes of UTF-8; a text has at most ${maxTextBytes}`);
  }
  return isAscii(text) || !loneSurrogate.test(text) ? text : brokenText;
}

function isAscii(text: string): boolean {
  const { length } = text;
  for (let at = 0; at < length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

const notFinite = new Misfit('is not finite; leave it out for null');
const beyondFloat32 = new Misfit('is beyond what float32 holds; declare the field float64');
const inexact = new Misfit('is not a whole number that a double holds exactly; send it as an integer');
const notAnInteger = new Misfit('is not a decimal integer of 64 bits');
const brokenText = new Misfit('has half of a surrogate pair, which no text can have');

function mismatch({ kind }: Value__Output, wanted: string): Misfit {
  return new Misfit(`is of kind ${kind}; the field takes ${wanted}`);
}
