import {
  asDouble,
  type CelType,
  commonType,
  Failure,
  isNumeric,
  type Outcome,
  type Part,
  type Scalar,
} from './compiled-part.ts';
import type { Arithmetic, Comparison } from './syntax-tree.ts';
import { maxTextLength } from './text-functions.ts';

export const minInt = -(2n ** 63n);
export const maxInt = 2n ** 63n - 1n;

const overflow = new Failure('an int beyond 64 bits');
const divisionByZero = new Failure('a division of an int by zero');
const longText = new Failure(`a text of more than ${maxTextLength} characters`);

/** The int, or a failure if it has more than 64 bits. */
export function checkedInt(value: bigint): bigint | Failure {
  return value >= minInt && value <= maxInt ? value : overflow;
}

type Operation = (left: never, right: never) => Outcome;

/** Computes both sides, and the operation unless one of them is missing. */
function binary<Scope>(
  left: Part<Scope>,
  right: Part<Scope>,
  type: CelType,
  operation: Operation,
): Part<Scope> {
  const { run: runLeft } = left;
  const { run: runRight } = right;
  const apply = operation as (left: Outcome, right: Outcome) => Outcome;
  return {
    type,
    cost: left.cost + right.cost + (type === 'string' ? 10 : 1),
    run: (scope) => {
      const leftValue = runLeft(scope);
      // Scalars are no objects, so that null and failures are all that is.
      if (typeof leftValue === 'object') return leftValue;
      const rightValue = runRight(scope);
      if (typeof rightValue === 'object') return rightValue;
      return apply(leftValue, rightValue);
    },
  };
}

const intArithmetic: Readonly<Record<Arithmetic, (left: bigint, right: bigint) => Outcome>> = {
  '+': (left, right) => checkedInt(left + right),
  '-': (left, right) => checkedInt(left - right),
  '*': (left, right) => checkedInt(left * right),
  '/': (left, right) => (right === 0n ? divisionByZero : checkedInt(left / right)),
  '%': (left, right) => (right === 0n ? divisionByZero : left % right),
};

const doubleArithmetic: Readonly<Partial<Record<Arithmetic, (left: number, right: number) => number>>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
};

/** Result types of arithmetic on times, by "left operator right". */
const timeArithmetic: Readonly<Record<string, CelType>> = {
  'timestamp-timestamp': 'duration',
  'timestamp-duration': 'timestamp',
  'timestamp+duration': 'timestamp',
  'duration+timestamp': 'timestamp',
  'duration+duration': 'duration',
  'duration-duration': 'duration',
};

/** Undefined where the operator does not exist for the types. Beyond CEL, an int with a double is taken as a double. */
export function arithmetic<Scope>(
  operator: Arithmetic,
  left: Part<Scope>,
  right: Part<Scope>,
): Part<Scope> | undefined {
  if (left.type === 'int' && right.type === 'int') return binary(left, right, 'int', intArithmetic[operator]);
  if (left.type === 'string' && right.type === 'string' && operator === '+')
    return binary(left, right, 'string', (a: string, b: string) =>
      a.length + b.length > maxTextLength ? longText : a + b,
    );
  const doubles = doubleArithmetic[operator];
  if (doubles === undefined) return undefined;
  if (isNumeric(left.type) && isNumeric(right.type))
    return binary(asDouble(left), asDouble(right), 'double', doubles);
  const time = timeArithmetic[`${left.type}${operator}${right.type}`];
  return time && binary(left, right, time, doubles);
}

// Scalars of one type, or an int and a double, which JavaScript compares exactly. Text by UTF-16 code units.
const comparisons: Readonly<Record<Comparison, (left: number, right: number) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

const mixedEquality: Readonly<Partial<Record<Comparison, (left: number, right: number) => boolean>>> = {
  '==': (left, right) => left <= right && left >= right,
  '!=': (left, right) => !(left <= right && left >= right),
};

/** Undefined where the types can't be compared. */
export function comparison<Scope>(
  operator: Comparison,
  left: Part<Scope>,
  right: Part<Scope>,
): Part<Scope> | undefined {
  const equality = operator === '==' || operator === '!=';
  if (left.type === 'null' || right.type === 'null')
    return equality ? nullTest(operator === '==', left.type === 'null' ? right : left) : undefined;
  if (left.type.startsWith('list') || commonType(left.type, right.type) === undefined) return undefined;
  const mixed = left.type === right.type ? undefined : mixedEquality[operator];
  const compare = mixed ?? comparisons[operator];
  return typeof right.literal === 'number' && left.type === 'double'
    ? withLiteral(left, right.literal, operator)
    : binary(left, right, 'bool', compare);
}

function nullTest<Scope>(expected: boolean, { run, cost }: Part<Scope>): Part<Scope> {
  return {
    type: 'bool',
    cost: cost + 1,
    run: (scope) => {
      const value = run(scope);
      return value instanceof Failure ? value : (value === null) === expected;
    },
  };
}

/** The commonest condition of all, one closure for each operator so that each stays small and fast. */
function withLiteral<Scope>({ run, cost }: Part<Scope>, literal: number, operator: Comparison): Part<Scope> {
  const of = (test: (scope: Scope) => Outcome): Part<Scope> => ({ type: 'bool', cost: cost + 1, run: test });
  const compare = comparisons[operator];
  switch (operator) {
    case '>=':
      return of((scope) => {
        const value = run(scope);
        return typeof value === 'number' ? value >= literal : value;
      });
    case '<':
      return of((scope) => {
        const value = run(scope);
        return typeof value === 'number' ? value < literal : value;
      });
    case '>':
      return of((scope) => {
        const value = run(scope);
        return typeof value === 'number' ? value > literal : value;
      });
    default:
      return of((scope) => {
        const value = run(scope);
        return typeof value === 'number' ? compare(value, literal) : value;
      });
  }
}

/**
 * Both sides count, whichever comes first: one that is false (of &&) or true (of ||) decides, even if the other is null or failed.
 */
export function logic<Scope>(operator: '&&' | '||', left: Part<Scope>, right: Part<Scope>): Part<Scope> {
  const deciding = operator === '||';
  const { run: runLeft } = left;
  const { run: runRight } = right;
  return {
    type: 'bool',
    cost: left.cost + right.cost + 1,
    run: (scope) => {
      const leftValue = runLeft(scope);
      if (leftValue === deciding) return deciding;
      const rightValue = runRight(scope);
      if (rightValue === deciding || leftValue === !deciding) return rightValue;
      return leftValue;
    },
  };
}

export function negation<Scope>(operator: '!' | '-', operand: Part<Scope>): Part<Scope> | undefined {
  const { run, type } = operand;
  const cost = operand.cost + 1;
  if (operator === '!')
    return type === 'bool' ? { type, cost, run: (scope) => notOf(run(scope)) } : undefined;
  if (type !== 'int' && type !== 'double' && type !== 'duration') return undefined;
  const literal = negative(operand.literal);
  if (literal !== undefined) return { type, cost, literal, run: () => literal };
  return {
    type,
    cost,
    run: (scope) => {
      const value = run(scope);
      return typeof value === 'bigint' ? checkedInt(-value) : typeof value === 'number' ? -value : value;
    },
  };
}

function notOf(value: Outcome): Outcome {
  return typeof value === 'boolean' ? !value : value;
}

function negative(literal: Scalar | undefined): number | bigint | undefined {
  return typeof literal === 'number' || (typeof literal === 'bigint' && literal !== minInt)
    ? -literal
    : undefined;
}
