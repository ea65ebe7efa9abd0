import { Failure, type Outcome } from './compiled-part.ts';
import type { Overload } from './functions.ts';
import { checkedInt } from './operators.ts';

const noInt = new Failure('a double or text that is no int of 64 bits');
const noDouble = new Failure('a text that is no number');
const noBool = new Failure('a text that is neither true nor false');

/** Mathematics over doubles is that of JavaScript's Math, so that a domain error is NaN and not a failure. */
export const numberFunctions: Readonly<Record<string, readonly Overload[]>> = {
  sin: [double(Math.sin)],
  cos: [double(Math.cos)],
  tan: [double(Math.tan)],
  sqrt: [double(Math.sqrt)],
  exp: [double(Math.exp)],
  log: [double(Math.log)],
  log1p: [double(Math.log1p)],
  pow: [doubles(Math.pow)],
  abs: [int((value) => checkedInt(value < 0n ? -value : value)), double(Math.abs)],
  floor: [int(identity), double(Math.floor)],
  ceil: [int(identity), double(Math.ceil)],
  // Halves away from zero, as CEL's math.round; Math.round takes them up.
  round: [int(identity), double((value) => Math.sign(value) * Math.round(Math.abs(value)))],
  min: [ints(lesser), doubles(Math.min)],
  max: [ints(greater), doubles(Math.max)],
  is_nan: [{ args: ['double'], result: 'bool', cost: 1, apply: Number.isNaN }],
  int: [
    int(identity),
    { args: ['double'], result: 'int', cost: 2, apply: intOfDouble },
    { args: ['string'], result: 'int', cost: 5, apply: intOfText },
    { args: ['timestamp'], result: 'int', cost: 2, apply: (ms: number) => BigInt(Math.floor(ms / 1000)) },
  ],
  double: [double(identity), { args: ['string'], result: 'double', cost: 5, apply: doubleOfText }],
  string: [
    { args: ['string'], result: 'string', cost: 1, apply: identity },
    { args: ['int'], result: 'string', cost: 5, apply: String },
    { args: ['double'], result: 'string', cost: 5, apply: String },
    { args: ['bool'], result: 'string', cost: 1, apply: String },
    { args: ['timestamp'], result: 'string', cost: 10, apply: (ms: number) => new Date(ms).toISOString() },
  ],
  bool: [
    { args: ['bool'], result: 'bool', cost: 1, apply: identity },
    {
      args: ['string'],
      result: 'bool',
      cost: 1,
      apply: (text: string) => (text === 'true' ? true : text === 'false' ? false : noBool),
    },
  ],
};

function lesser(a: bigint, b: bigint): bigint {
  if (b < a) return b;
  return a;
}

function greater(a: bigint, b: bigint): bigint {
  if (b > a) return b;
  return a;
}

function identity<T>(value: T): T {
  return value;
}

function double(apply: (value: number) => number): Overload {
  return { args: ['double'], result: 'double', cost: 2, apply };
}

function doubles(apply: (a: number, b: number) => number): Overload {
  return { args: ['double', 'double'], result: 'double', cost: 2, apply };
}

function int(apply: (value: bigint) => Outcome): Overload {
  return { args: ['int'], result: 'int', cost: 1, apply };
}

function ints(apply: (a: bigint, b: bigint) => bigint): Overload {
  return { args: ['int', 'int'], result: 'int', cost: 1, apply };
}

/** Towards zero. */
function intOfDouble(value: number): bigint | Failure {
  return value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : noInt;
}

function intOfText(text: string): bigint | Failure {
  if (!/^-?[0-9]{1,19}$/.test(text)) return noInt;
  const value = checkedInt(BigInt(text));
  return typeof value === 'bigint' ? value : noInt;
}

function doubleOfText(text: string): number | Failure {
  return /^-?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:[eE][-+]?[0-9]{1,4})?$/.test(text) ? Number(text) : noDouble;
}
