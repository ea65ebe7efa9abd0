import { maxTextBytes } from './bounds.ts';
import type { Datatype, Scalar } from './declarations.ts';

/** What a written value must be. */
export const scalarRules: Readonly<Record<Datatype, string>> = {
  FP32: 'a number of float32',
  FP64: 'a number',
  INT64: 'a whole number of 64 bits',
  BOOL: 'true or false',
  BYTES: `text of at most ${maxTextBytes} bytes, in quotes where it looks like something else`,
};

/** A written value as the datatype holds it; undefined if it is not of that type. An INT64 may also be its digits as text. */
export function scalarOf(value: unknown, datatype: Datatype): Scalar | undefined {
  switch (datatype) {
    case 'FP32':
    case 'FP64':
      return numberOf(value, datatype);
    case 'INT64':
      return integerOf(value);
    case 'BOOL':
      return typeof value === 'boolean' ? value : undefined;
    case 'BYTES':
      return typeof value === 'string' && Buffer.byteLength(value) <= maxTextBytes ? value : undefined;
  }
}

function numberOf(value: unknown, datatype: 'FP32' | 'FP64'): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  const number = datatype === 'FP32' ? Math.fround(Number(value)) : Number(value);
  // Adding zero makes minus zero plus zero: what is written to JSON must come back as it was.
  return Number.isFinite(number) ? number + 0 : undefined;
}

function integerOf(value: unknown): bigint | undefined {
  const whole =
    typeof value === 'bigint' ||
    (typeof value === 'number' && Number.isSafeInteger(value)) ||
    (typeof value === 'string' && /^-?[0-9]{1,19}$/.test(value));
  if (!whole) return undefined;
  const integer = BigInt(value as bigint | number | string);
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}
