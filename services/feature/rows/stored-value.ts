import type { Value__Output } from '../../gen/scoremesh/scoring/v1/Value.ts';
import { maxTextBytes } from '../config.ts';
import type { Datatype } from '../declarations/schema.ts';

const maxFloat32 = 3.4028234663852886e38;

/** What the store holds for a value that is not null, or, as a string, why a feature of this type can't hold it. */
export function storedValue(
  datatype: Datatype,
  value: Value__Output,
): number | bigint | boolean | Buffer | string {
  switch (datatype) {
    case 'FP32':
    case 'FP64':
      return floating(datatype, value);
    case 'INT64':
      return integer(value);
    case 'BOOL':
      return value.kind === 'flag' && typeof value.flag === 'boolean'
        ? value.flag
        : mismatch(value, 'a flag');
    case 'BYTES':
      return text(value);
  }
}

function floating(datatype: 'FP32' | 'FP64', value: Value__Output): number | string {
  if (value.kind !== 'number' && value.kind !== 'integer') return mismatch(value, 'a number or an integer');
  const number = value.kind === 'number' ? value.number : Number(value.integer);
  if (typeof number !== 'number' || !Number.isFinite(number))
    return `is ${number}, which is not finite; leave it out for null`;
  // What rounds to infinity is beyond the largest float32 by half a unit in its last place.
  if (datatype === 'FP32' && Math.abs(number) > maxFloat32 && !Number.isFinite(Math.fround(number)))
    return `is ${number}, which float32 can't hold; declare the feature float64`;
  return number;
}

function integer(value: Value__Output): bigint | string {
  if (value.kind === 'number') {
    if (Number.isSafeInteger(value.number)) return BigInt(value.number ?? 0);
    return `is ${value.number}, not a whole number that is exact; send it as an integer`;
  }
  if (value.kind !== 'integer') return mismatch(value, 'an integer');
  const digits = String(value.integer);
  if (!/^-?[0-9]{1,19}$/.test(digits)) return `is ${JSON.stringify(value.integer)}, not an integer`;
  const exact = BigInt(digits);
  if (BigInt.asIntN(64, exact) !== exact) return `is ${digits}, beyond 64 bits`;
  return exact;
}

function text(value: Value__Output): Buffer | string {
  if (value.kind !== 'text' || typeof value.text !== 'string') return mismatch(value, 'text');
  const bytes = Buffer.from(value.text, 'utf8');
  if (bytes.length > maxTextBytes)
    return `has ${bytes.length} bytes of UTF-8; a text has at most ${maxTextBytes}`;
  return bytes;
}

function mismatch(value: Value__Output, wanted: string): string {
  return `is of kind ${value.kind}; the feature takes ${wanted}`;
}
