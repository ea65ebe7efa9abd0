import type { EntityColumns__Output } from '../../gen/scoremesh/feature/v1/EntityColumns.ts';
import type { EntityRow__Output } from '../../gen/scoremesh/feature/v1/EntityRow.ts';
import type { GetFeaturesRequest__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import { invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import { joinKeys, keyFault, keylessKey } from '../events/entity-key.ts';
import { inputsOfRow, packedKeys } from './asked-rows.ts';
import { compute, type InputValues, inputValues } from './expressions.ts';
import type { ExpressionPlan, ReadPlan, ViewPlan } from './read-plan.ts';
import { type RowKeys, TextKeys } from './row-keys.ts';

/** The rows of a read made ready. */
export interface ReadyRows {
  readonly count: number;
  /** For each view of the plan the keys of the rows. */
  readonly keys: readonly RowKeys[];
  /** What the expressions see of each row; undefined if there are none. */
  readonly inputs: readonly InputValues[] | undefined;
}

/** Throws ENTITY_MISSING, INVALID_REQUEST or FEATURE_EXPRESSION_FAILED. */
export function readyRows(plan: ReadPlan, { rows, columns }: GetFeaturesRequest__Output): ReadyRows {
  return columns ? fromColumns(plan, columns) : fromRows(plan, rows);
}

function fromRows(plan: ReadPlan, rows: readonly EntityRow__Output[]): ReadyRows {
  const { expressions, views } = plan;
  const count = rows.length;
  const keys = views.map(() => new TextKeys(new Array<string>(count)));
  const inputs = expressions === undefined ? undefined : new Array<InputValues>(count);
  for (let row = 0; row < count; row++) {
    const { entities: given, inputs: values } = rows[row] as EntityRow__Output;
    let entities: Readonly<Record<string, string>> = given;
    if (expressions !== undefined && inputs !== undefined) {
      const ofRow = inputValues(expressions.inputs, values, row);
      inputs[row] = ofRow;
      entities = { ...given, ...derivedKeys(plan, expressions, ofRow, row) };
    }
    for (let view = 0; view < views.length; view++)
      (keys[view] as TextKeys).texts[row] = keyOf(plan, views[view] as ViewPlan, entities, row);
  }
  return { count, keys, inputs };
}

function fromColumns(plan: ReadPlan, columns: EntityColumns__Output): ReadyRows {
  const { expressions, views } = plan;
  const { rows: count } = columns;
  const known = new Map<string, RowKeys>();
  const inputs = expressions === undefined ? undefined : new Array<InputValues>(count);
  if (expressions !== undefined && inputs !== undefined) {
    const derived = expressions.derivedKeys.map(({ name }) => {
      const texts = new Array<string>(count);
      known.set(name, new TextKeys(texts));
      return { name, texts };
    });
    for (let row = 0; row < count; row++) {
      const ofRow = inputValues(expressions.inputs, inputsOfRow(columns, expressions.inputs, row), row);
      inputs[row] = ofRow;
      const keys = derivedKeys(plan, expressions, ofRow, row);
      for (const { name, texts } of derived) texts[row] = checkedKey(plan, name, keys[name], row);
    }
  }
  const columnOf = (name: string): RowKeys => {
    const missing = (row: number): never => {
      throw entityMissing(plan, name, row);
    };
    const found = known.get(name) ?? packedKeys(columns, name, missing) ?? missing(0);
    known.set(name, found);
    return found;
  };
  const keys = views.map((view): RowKeys => {
    if (view.keys.length === 1) return columnOf(view.keys[0] ?? '');
    if (view.keys.length === 0) return new TextKeys(new Array<string>(count).fill(keylessKey));
    const parts = view.keys.map(columnOf);
    return new TextKeys(
      Array.from({ length: count }, (_, row) => joinKeys(parts.map((part) => part.text(row)))),
    );
  });
  return { count, keys, inputs };
}

/** The keys of a row that the set makes of its inputs. */
function derivedKeys(
  plan: ReadPlan,
  expressions: ExpressionPlan,
  inputs: InputValues,
  row: number,
): Record<string, string> {
  const keys: Record<string, string> = {};
  for (const key of expressions.derivedKeys) {
    const operands = key.sources.map((source) =>
      source.kind === 'input' ? (inputs[source.at] ?? null) : null,
    );
    const value = compute(key, operands, row);
    if (value === null)
      throw new MeshError(
        'ENTITY_MISSING',
        `row ${row}: key "${key.name}" is made of inputs of feature set ${plan.name}, and one of them is missing; give ${expressions.inputs.map(({ name }) => name).join(', ')}`,
        { metadata: { entity: key.name, feature_set: plan.name, row: String(row) } },
      );
    keys[key.name] = value;
  }
  return keys;
}

function keyOf(
  plan: ReadPlan,
  { keys }: ViewPlan,
  entities: Readonly<Record<string, string>>,
  row: number,
): string {
  if (keys.length === 0) return keylessKey;
  const [first = ''] = keys;
  if (keys.length === 1) return checkedKey(plan, first, entities[first], row);
  return joinKeys(keys.map((name) => checkedKey(plan, name, entities[name], row)));
}

function checkedKey(plan: ReadPlan, name: string, key: unknown, row: number): string {
  // A map from the wire has a prototype, so an entity called "constructor" would be a function.
  if (typeof key !== 'string' || key === '') throw entityMissing(plan, name, row);
  const fault = keyFault(key);
  if (fault !== undefined)
    throw invalidRequest([{ field: `rows[${row}].entities.${name}`, description: fault }]);
  return key;
}

function entityMissing(plan: ReadPlan, name: string, row: number): MeshError {
  return new MeshError(
    'ENTITY_MISSING',
    `row ${row} names no entity "${name}"; ${plan.name === '' ? 'these features need' : `feature set ${plan.name} needs`} ${plan.keys.join(', ')}`,
    { metadata: { entity: name, feature_set: plan.name, row: String(row) } },
  );
}
