import type { Value__Output } from '../../gen/scoremesh/scoring/v1/Value.ts';
import { type FieldViolation, invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import { EvaluationFault } from '../cel/expression-fault.ts';
import { compileKey, compileTransform, type SetExpression, type SetScope } from '../cel/set-expression.ts';
import type { FeatureSet, Scalar, SetInput, View } from '../declarations/declarations.ts';
import type { ViewReading } from '../engine/view-program.ts';
import { fieldValue, Misfit } from '../events/stored-value.ts';

/** The values of a set's inputs in a row, in their order. */
export type InputValues = readonly (Scalar | null)[];

/** Where an expression's operand comes from. */
export type OperandSource =
  | { readonly kind: 'input'; readonly at: number }
  | { readonly kind: 'transform'; readonly at: number }
  | { readonly kind: 'feature'; readonly view: number; readonly place: number; readonly datatype: string };

/** An expression of a set, and where what it reads comes from. */
export interface SetComputation<Result> {
  readonly name: string;
  readonly expression: SetExpression<Result>;
  readonly sources: readonly OperandSource[];
}

/**
 * The transforms of a set in an order in which each comes after those it reads, and its derived keys. `views` are those of the set as they
 * are computed, in its order.
 */
export function computationsOf(
  set: FeatureSet,
  views: readonly View[],
): {
  readonly transforms: readonly SetComputation<Scalar>[];
  readonly derivedKeys: readonly SetComputation<string>[];
} {
  const inputs = new Map(set.inputs.map(({ name, datatype }) => [name, datatype]));
  const scope: SetScope = {
    inputs,
    views: new Map(
      views.map(({ name, features }) => [
        name,
        new Map(features.map((feature) => [feature.name, feature.datatype])),
      ]),
    ),
    transforms: new Map(set.transforms.map(({ name, datatype }) => [name, datatype])),
  };
  const computation = <Result>(name: string, expression: SetExpression<Result>): SetComputation<Result> => ({
    name,
    expression,
    sources: expression.operands.map((operand) => sourceOf(set, views, operand.kind, operand.name)),
  });
  return {
    transforms: set.transforms.map(({ name, datatype, expression }) =>
      computation(name, compileTransform(expression, datatype, scope)),
    ),
    derivedKeys: [...set.derivedKeys].map(([name, expression]) =>
      computation(name, compileKey(expression, inputs)),
    ),
  };
}

function sourceOf(
  set: FeatureSet,
  views: readonly View[],
  kind: 'input' | 'feature' | 'transform',
  name: string,
): OperandSource {
  if (kind === 'input') return { kind, at: set.inputs.findIndex((input) => input.name === name) };
  if (kind === 'transform')
    return { kind, at: set.transforms.findIndex((transform) => transform.name === name) };
  const [viewName = '', featureName = ''] = name.split('.');
  const view = views.findIndex((candidate) => candidate.name === viewName);
  const features = views[view]?.features ?? [];
  const place = features.findIndex((feature) => feature.name === featureName);
  return { kind, view, place, datatype: features[place]?.datatype ?? '' };
}

/** The result, null where it reads a null that it does not handle. Throws FEATURE_EXPRESSION_FAILED. */
export function compute<Result>(
  { name, expression }: SetComputation<Result>,
  values: readonly (Scalar | null)[],
  rowIndex: number,
): Result | null {
  try {
    return expression.evaluate(values);
  } catch (error) {
    if (!(error instanceof EvaluationFault)) throw error;
    throw new MeshError(
      'FEATURE_EXPRESSION_FAILED',
      `row ${rowIndex}: ${name} can't be computed from these inputs and features: ${error.message}`,
      { metadata: { expression: name, row: String(rowIndex) } },
    );
  }
}

/** The request inputs of a row in the types that the set declares. Throws INVALID_REQUEST naming those that don't fit. */
export function inputValues(
  inputs: readonly SetInput[],
  given: Readonly<Record<string, Value__Output>>,
  rowIndex: number,
): InputValues {
  const violations: FieldViolation[] = [];
  const values = inputs.map(({ name, datatype, default: fallback }) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value?.kind === undefined) return fallback ?? null;
    const stored = fieldValue(datatype, value);
    if (stored instanceof Misfit) {
      violations.push({ field: `rows[${rowIndex}].inputs.${name}`, description: stored.description });
      return null;
    }
    return datatype === 'INT64' && typeof stored === 'number' ? BigInt(stored) : stored;
  });
  if (violations.length > 0) throw invalidRequest(violations);
  return values;
}

const decoder = new TextDecoder();

/** A feature for expressions: null unless PRESENT. */
export function featureValue(reading: ViewReading, place: number, datatype: string): Scalar | null {
  if (reading.nulls[place] === 1) return null;
  if (datatype === 'INT64') return reading.integers[place] ?? 0n;
  if (datatype === 'BOOL') return reading.numbers[place] === 1;
  if (datatype === 'BYTES') return decoder.decode(reading.texts[place]);
  return reading.numbers[place] ?? Number.NaN;
}
