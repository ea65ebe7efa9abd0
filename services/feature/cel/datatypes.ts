import type { Datatype, Scalar } from '../declarations/declarations.ts';
import type { CelType, Value } from './compiled-part.ts';

/** What a datatype is in an expression. */
export const celTypes = {
  FP32: 'double',
  FP64: 'double',
  INT64: 'int',
  BOOL: 'bool',
  BYTES: 'string',
} as const satisfies Record<Datatype, CelType>;

const convertible: Readonly<Record<Datatype, readonly CelType[]>> = {
  FP32: ['double', 'int', 'null'],
  FP64: ['double', 'int', 'null'],
  INT64: ['int', 'double', 'null'],
  BOOL: ['bool', 'null'],
  BYTES: ['string', 'null'],
};

export function isConvertible(type: CelType, datatype: Datatype): boolean {
  return convertible[datatype].includes(type);
}

/** The value as the datatype holds it; undefined if it does not: a double that is not whole, or too large, for INT64. */
export function convert(value: Value, datatype: Datatype): Scalar | undefined {
  switch (datatype) {
    case 'FP32':
      return Math.fround(Number(value));
    case 'FP64':
      return Number(value);
    case 'INT64':
      if (typeof value !== 'number') return value as bigint;
      return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(value) : undefined;
    default:
      return value as boolean | string;
  }
}
