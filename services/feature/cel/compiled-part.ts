import { ExpressionFault } from './expression-fault.ts';

/** Types as CEL names them. Timestamps and durations are computed as milliseconds. */
export type ScalarType = 'double' | 'int' | 'bool' | 'string' | 'timestamp' | 'duration';
export type CelType = ScalarType | 'null' | `list<${ScalarType}>`;

/** double, timestamp and duration as number, int as bigint. */
export type Scalar = number | bigint | boolean | string;
export type Value = Scalar | readonly Scalar[];

/** Why a value could not be computed. It is passed on instead of being thrown, because conditions meet it once per event. */
export class Failure {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** A value, null where the operand is null, or a failure. Whatever reads null or a failure and can't handle it becomes the same. */
export type Outcome = Value | null | Failure;

/** A part of an expression, ready to be computed over a scope. */
export interface Part<Scope> {
  readonly type: CelType;
  readonly run: (scope: Scope) => Outcome;
  /** About how many steps it takes at most; a step is some 20 ns. */
  readonly cost: number;
  /** Of a literal. */
  readonly literal?: Scalar;
}

/** What an expression may read. */
export interface Names<Scope> {
  /** The variable of this name, or the member of this name of what is called `of`. Undefined if there is none. */
  find(name: string, of?: string): Part<Scope> | undefined;
  /** The names for a message. */
  list(): string;
}

/** Where a fault is reported. */
export class Source {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  fault(at: number, message: string): ExpressionFault {
    return new ExpressionFault(message, this.text, at);
  }
}

export function isMissing(outcome: Outcome): outcome is null | Failure {
  return outcome === null || outcome instanceof Failure;
}

export function isNumeric(type: CelType): type is 'int' | 'double' {
  return type === 'int' || type === 'double';
}

/** The part as a double: an int is converted. */
export function asDouble<Scope>(part: Part<Scope>): Part<Scope> {
  if (part.type !== 'int') return part;
  const { run } = part;
  if (typeof part.literal === 'bigint') {
    const literal = Number(part.literal);
    return { type: 'double', cost: part.cost, literal, run: () => literal };
  }
  return {
    type: 'double',
    cost: part.cost + 1,
    run: (scope) => {
      const value = run(scope);
      return typeof value === 'bigint' ? Number(value) : value;
    },
  };
}

/** The type that can stand for both: the same, the one that isn't null, or double for int and double. */
export function commonType(left: CelType, right: CelType): CelType | undefined {
  if (left === right || right === 'null') return left;
  if (left === 'null') return right;
  return isNumeric(left) && isNumeric(right) ? 'double' : undefined;
}

export function asType<Scope>(part: Part<Scope>, type: CelType): Part<Scope> {
  return type === 'double' ? asDouble(part) : part;
}
