import type { Datatype, Scalar } from '../declarations/declarations.ts';
import { nameList } from '../name-list.ts';
import { Failure, type Names, type Outcome, type Part, Source } from './compiled-part.ts';
import { compile } from './compiler.ts';
import { celTypes, convert, isConvertible } from './datatypes.ts';
import { EvaluationFault } from './expression-fault.ts';
import { parseExpression } from './expression-parser.ts';

/** What the expressions of a set may read, each with its type. */
export interface SetScope {
  /** Read as `inputs.<name>`. */
  readonly inputs: ReadonlyMap<string, Datatype>;
  /** Read as `<view>.<feature>`: view -> feature -> type. */
  readonly views: ReadonlyMap<string, ReadonlyMap<string, Datatype>>;
  /** Other transforms of the set, read by their names. */
  readonly transforms: ReadonlyMap<string, Datatype>;
}

/** One thing that an expression reads. */
export interface Operand {
  readonly kind: 'input' | 'feature' | 'transform';
  /** "view.feature" of a feature. */
  readonly name: string;
  readonly datatype: Datatype;
}

/**
 * An expression of a set. `evaluate` takes a value for each operand, in their order: INT64 as bigint, BYTES as string, null for null.
 * The result is null where the expression reads a null that it does not handle. Throws EvaluationFault where it can't be computed:
 * an int beyond 64 bits, a division of ints by zero, a text that is no timestamp, a fraction for INT64.
 */
export interface SetExpression<Result> {
  readonly operands: readonly Operand[];
  evaluate(values: readonly (Scalar | null)[]): Result | null;
}

type Values = readonly (Scalar | null)[];

/** A transform whose results are of the datatype: FP32 rounded to float32. Throws ExpressionFault. */
export function compileTransform(source: string, datatype: Datatype, scope: SetScope): SetExpression<Scalar> {
  const { part, operands, text } = compileOver(source, scope);
  if (!isConvertible(part.type, datatype))
    throw text.fault(0, `it gives ${part.type}, which does not become ${celTypes[datatype]}`);
  return {
    operands,
    evaluate(values) {
      const value = computed(part.run(values));
      if (value === null) return null;
      const converted = convert(value, datatype);
      if (converted === undefined) throw new EvaluationFault('a double that is no int of 64 bits');
      return converted;
    },
  };
}

/** A key of an entity, made of inputs: text, or an int in decimal. Throws ExpressionFault. */
export function compileKey(source: string, inputs: ReadonlyMap<string, Datatype>): SetExpression<string> {
  const { part, operands, text } = compileOver(source, { inputs, views: new Map(), transforms: new Map() });
  if (part.type !== 'string' && part.type !== 'int')
    throw text.fault(0, `a key is string or int, and this is ${part.type}`);
  return {
    operands,
    evaluate(values) {
      const value = computed(part.run(values));
      return value === null ? null : String(value);
    },
  };
}

function computed(outcome: Outcome): Exclude<Outcome, Failure> {
  if (outcome instanceof Failure) throw new EvaluationFault(outcome.message);
  return outcome;
}

function compileOver(
  source: string,
  scope: SetScope,
): { part: Part<Values>; operands: Operand[]; text: Source } {
  const operands: Operand[] = [];
  const places = new Map<string, number>();
  const names: Names<Values> = {
    find(name, of) {
      const operand = operandOf(scope, name, of);
      if (operand === undefined) return undefined;
      const id = `${operand.kind} ${operand.name}`;
      const place = places.get(id) ?? operands.push(operand) - 1;
      places.set(id, place);
      return { type: celTypes[operand.datatype], cost: 1, run: (values) => values[place] ?? null };
    },
    list: () => readableNames(scope),
  };
  const text = new Source(source);
  const part = compile(parseExpression(source), text, names);
  return { part, operands, text };
}

function operandOf(scope: SetScope, name: string, of: string | undefined): Operand | undefined {
  const operand = (
    kind: Operand['kind'],
    path: string,
    datatype: Datatype | undefined,
  ): Operand | undefined => datatype && { kind, name: path, datatype };
  if (of === undefined) return operand('transform', name, scope.transforms.get(name));
  if (of === 'inputs') return operand('input', name, scope.inputs.get(name));
  return operand('feature', `${of}.${name}`, scope.views.get(of)?.get(name));
}

function readableNames(scope: SetScope): string {
  return nameList([
    ...[...scope.inputs.keys()].map((name) => `inputs.${name}`),
    ...scope.transforms.keys(),
    ...[...scope.views].flatMap(([view, features]) => [...features.keys()].map((name) => `${view}.${name}`)),
  ]);
}
