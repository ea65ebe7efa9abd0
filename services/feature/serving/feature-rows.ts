import type { Scalar } from '../declarations/declarations.ts';
import { compute, featureValue, type OperandSource } from './expressions.ts';
import type { KeptView, Lane, Place } from './lane.ts';
import { type Moments, momentOf } from './moments.ts';
import type { ExpressionPlan, ReadPlan, ViewPlan } from './read-plan.ts';
import type { ReadyRows } from './ready-rows.ts';
import { type Reply, writeNothing, writeScalar, writeTimes } from './reply.ts';
import type { RowKeys } from './row-keys.ts';
import { Status, type StatusCounts } from './status.ts';
import { isKnown, isStale, refusal, writeView } from './view-cells.ts';

/** The places that a read of these rows needs prepared. */
export function placesOf(plan: ReadPlan, { count, keys }: ReadyRows, moments: Moments): Place[] {
  const places = new Map<string, { source: ViewPlan['source']; key: string; fromMs: number; toMs: number }>();
  for (let row = 0; row < count; row++) {
    const momentMs = momentOf(moments, row);
    for (const [number, { source }] of plan.views.entries()) {
      const key = (keys[number] as RowKeys).text(row);
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

/** What is written of each row in turn. */
export interface RowsUnderWay {
  readonly plan: ReadPlan;
  readonly rows: ReadyRows;
  readonly moments: Moments;
  readonly lane: Lane;
  readonly reply: Reply;
  readonly counts: StatusCounts;
  /** Of each view of the plan. */
  readonly views: readonly KeptView[];
  readonly located: readonly (Int32Array | undefined)[];
}

/** From so many rows on it is worth looking for all of them first. */
const manyRows = 4;
const notLocated: readonly undefined[] = [];

export function startRows(
  plan: ReadPlan,
  rows: ReadyRows,
  moments: Moments,
  { lane, reply, counts }: Pick<RowsUnderWay, 'lane' | 'reply' | 'counts'>,
): RowsUnderWay {
  const views = plan.views.map(({ source }) => lane.view(source));
  const located =
    rows.count < manyRows
      ? notLocated
      : views.map((view, number) => lane.locate(view, rows.keys[number] as RowKeys, rows.count));
  return { plan, rows, moments, lane, reply, counts, views, located };
}

/** Writes a row; see Lane.read for what must be prepared. */
export function writeRow(underWay: RowsUnderWay, row: number): void {
  const { plan, rows, moments, lane, reply, counts, views, located } = underWay;
  const momentMs = momentOf(moments, row);
  for (let number = 0; number < plan.views.length; number++) {
    const view = plan.views[number] as ViewPlan;
    const keys = rows.keys[number] as RowKeys;
    lane.read(views[number] as KeptView, keys, row, located[number]?.[row] ?? -1, momentMs, view.reading);
    writeView(reply, plan, view, row, momentMs, counts);
  }
  if (plan.expressions !== undefined) writeTransforms(underWay, plan.expressions, row, momentMs);
}

function writeTransforms(
  { plan, rows, reply, counts }: RowsUnderWay,
  expressions: ExpressionPlan,
  row: number,
  momentMs: number,
): void {
  const { bytes } = reply.region;
  if (expressions.timeColumn !== undefined)
    writeTimes(reply, plan, expressions.timeColumn, row, momentMs, momentMs);
  const results: (Scalar | null)[] = [];
  const operand = (source: OperandSource): Scalar | null => {
    if (source.kind === 'input') return rows.inputs?.[row]?.[source.at] ?? null;
    if (source.kind === 'transform') return results[source.at] ?? null;
    const view = plan.views[source.view];
    if (view === undefined || !isKnown(view, momentMs) || isStale(view, momentMs)) return null;
    return featureValue(view.reading, source.place, source.datatype);
  };
  for (const { computation, cell } of expressions.transforms) {
    const value = compute(computation, computation.sources.map(operand), row);
    results.push(value);
    if (cell === undefined) continue;
    const at = row * plan.width + cell.position;
    const status = value === null ? Status.NULL_VALUE : Status.PRESENT;
    bytes[reply.statuses + at] = status;
    counts[status]++;
    if (value !== null) writeScalar(reply, plan, cell, row, value);
    else if (cell.absent.kind === 'fail') throw refusal(plan, computation.name, row, status);
    else if (cell.absent.kind === 'default') writeScalar(reply, plan, cell, row, cell.absent.value);
    else writeNothing(reply, plan, cell, row);
  }
}
