import type { EntityRow__Output } from '../../gen/scoremesh/feature/v1/EntityRow.ts';
import { invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import type { Scalar } from '../declarations/declarations.ts';
import { joinKeys, keyFault, keylessKey } from '../events/entity-key.ts';
import { compute, featureValue, type InputValues, inputValues, type OperandSource } from './expressions.ts';
import type { Lane, Place } from './lane.ts';
import type { ExpressionPlan, ReadPlan, ViewPlan } from './read-plan.ts';
import { type Reply, writeNothing, writeScalar, writeTimes } from './reply.ts';
import { Status, type StatusCounts } from './status.ts';
import { isKnown, isStale, refusal, writeView } from './view-cells.ts';

/** A row made ready: its moment, the key of each view of the plan, and what its expressions see. */
export interface ReadyRow {
  readonly index: number;
  readonly momentMs: number;
  readonly keys: readonly string[];
  readonly inputs: InputValues;
}

const noInputs: InputValues = [];

export function readyRow(plan: ReadPlan, row: EntityRow__Output, index: number, momentMs: number): ReadyRow {
  const { expressions } = plan;
  if (expressions === undefined) {
    return {
      index,
      momentMs,
      keys: plan.views.map((view) => keyOf(plan, view, row.entities, index)),
      inputs: noInputs,
    };
  }
  const inputs = inputValues(expressions.inputs, row.inputs, index);
  const entities = { ...row.entities };
  for (const key of expressions.derivedKeys) {
    const operands = key.sources.map((source) =>
      source.kind === 'input' ? (inputs[source.at] ?? null) : null,
    );
    const value = compute(key, operands, index);
    if (value === null)
      throw new MeshError(
        'ENTITY_MISSING',
        `row ${index}: key "${key.name}" is made of inputs of feature set ${plan.name}, and one of them is missing; give ${expressions.inputs.map(({ name }) => name).join(', ')}`,
        { metadata: { entity: key.name, feature_set: plan.name, row: String(index) } },
      );
    entities[key.name] = value;
  }
  return { index, momentMs, keys: plan.views.map((view) => keyOf(plan, view, entities, index)), inputs };
}

/** The places that a read of these rows needs prepared. */
export function placesOf(plan: ReadPlan, rows: readonly ReadyRow[]): Place[] {
  const places = new Map<string, { source: ViewPlan['source']; key: string; fromMs: number; toMs: number }>();
  for (const { keys, momentMs } of rows) {
    for (const [number, { source }] of plan.views.entries()) {
      const key = keys[number] ?? '';
      const id = `${number} ${key}`;
      const place = places.get(id);
      if (place === undefined) places.set(id, { source, key, fromMs: momentMs, toMs: momentMs });
      else {
        place.fromMs = Math.min(place.fromMs, momentMs);
        place.toMs = Math.max(place.toMs, momentMs);
      }
    }
  }
  return [...places.values()];
}

/** Writes a row; see Lane.read for what must be prepared. */
export function writeRow(
  reply: Reply,
  plan: ReadPlan,
  row: ReadyRow,
  lane: Lane,
  counts: StatusCounts,
): void {
  for (const [number, view] of plan.views.entries()) {
    lane.read(view.source, row.keys[number] ?? '', row.momentMs, view.reading);
    writeView(reply, plan, view, row.index, row.momentMs, counts);
  }
  if (plan.expressions !== undefined) writeTransforms(reply, plan, plan.expressions, row, counts);
}

function writeTransforms(
  reply: Reply,
  plan: ReadPlan,
  expressions: ExpressionPlan,
  row: ReadyRow,
  counts: StatusCounts,
): void {
  const { bytes } = reply.region;
  if (expressions.timeColumn !== undefined)
    writeTimes(reply, plan, expressions.timeColumn, row.index, row.momentMs, row.momentMs);
  const results: (Scalar | null)[] = [];
  const operand = (source: OperandSource): Scalar | null => {
    if (source.kind === 'input') return row.inputs[source.at] ?? null;
    if (source.kind === 'transform') return results[source.at] ?? null;
    const view = plan.views[source.view];
    if (view === undefined || !isKnown(view, row.momentMs) || isStale(view, row.momentMs)) return null;
    return featureValue(view.reading, source.place, source.datatype);
  };
  for (const { computation, cell } of expressions.transforms) {
    const value = compute(computation, computation.sources.map(operand), row.index);
    results.push(value);
    if (cell === undefined) continue;
    const at = row.index * plan.width + cell.position;
    const status = value === null ? Status.NULL_VALUE : Status.PRESENT;
    bytes[reply.statuses + at] = status;
    counts[status]++;
    if (value !== null) writeScalar(reply, plan, cell, row.index, value);
    else if (cell.absent.kind === 'fail') throw refusal(plan, computation.name, row.index, status);
    else if (cell.absent.kind === 'default') writeScalar(reply, plan, cell, row.index, cell.absent.value);
    else writeNothing(reply, plan, cell, row.index);
  }
}

function keyOf(
  plan: ReadPlan,
  { keys }: ViewPlan,
  entities: Readonly<Record<string, string>>,
  rowIndex: number,
): string {
  if (keys.length === 0) return keylessKey;
  if (keys.length === 1) return entityOf(plan, keys[0] ?? '', entities, rowIndex);
  return joinKeys(keys.map((name) => entityOf(plan, name, entities, rowIndex)));
}

function entityOf(
  plan: ReadPlan,
  name: string,
  entities: Readonly<Record<string, string>>,
  rowIndex: number,
): string {
  const key = entities[name];
  // A map from the wire has a prototype, so an entity called "constructor" would be a function.
  if (typeof key !== 'string' || key === '')
    throw new MeshError(
      'ENTITY_MISSING',
      `row ${rowIndex} names no entity "${name}"; ${plan.name === '' ? 'these features need' : `feature set ${plan.name} needs`} ${plan.keys.join(', ')}`,
      { metadata: { entity: name, feature_set: plan.name, row: String(rowIndex) } },
    );
  const fault = keyFault(key);
  if (fault !== undefined)
    throw invalidRequest([{ field: `rows[${rowIndex}].entities.${name}`, description: fault }]);
  return key;
}
