import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { AbsentPolicy, StalePolicy } from '../declarations/declarations.ts';
import type { ReadPlan, ViewCell, ViewPlan } from './read-plan.ts';
import { type Reply, valueOffset, writeNothing, writeScalar, writeText, writeTimes } from './reply.ts';
import { Status, type StatusCounts } from './status.ts';

/** Whether the view knows anything at a moment: what is older than the stream keeps is forgotten, whether or not it is gone. */
export function isKnown(view: ViewPlan, momentMs: number): boolean {
  return view.reading.found && momentMs - view.reading.eventTimeMs <= view.retentionMs;
}

export function isStale(view: ViewPlan, momentMs: number): boolean {
  return momentMs - view.reading.eventTimeMs > view.maxAgeMs;
}

/** Writes what the view's reading says of a row. A value outside the maximum age has that status even if it is null. */
export function writeView(
  reply: Reply,
  plan: ReadPlan,
  view: ViewPlan,
  rowIndex: number,
  momentMs: number,
  counts: StatusCounts,
): void {
  const { reading } = view;
  const known = isKnown(view, momentMs);
  const stale = known && isStale(view, momentMs);
  const { bytes } = reply.region;
  const base = rowIndex * plan.width;
  if (known && view.cells.length > 0)
    writeTimes(reply, plan, view.timeColumn, rowIndex, reading.eventTimeMs, reading.ingestTimeMs);
  for (const cell of view.cells) {
    const at = base + cell.position;
    const isNull = known && reading.nulls[cell.place] === 1;
    let status: Status = Status.PRESENT;
    if (!known) status = Status.NOT_FOUND;
    else if (stale) status = Status.OUTSIDE_MAX_AGE;
    else if (isNull) status = Status.NULL_VALUE;
    if (status === Status.PRESENT) writeReading(reply, plan, view, cell, rowIndex);
    else if (stale && !isNull && cell.stale.kind === 'serve') writeReading(reply, plan, view, cell, rowIndex);
    else writeInstead(reply, plan, cell, rowIndex, stale ? cell.stale : cell.absent, status);
    bytes[reply.statuses + at] = status;
    counts[status]++;
  }
}

function writeReading(
  reply: Reply,
  plan: ReadPlan,
  { reading }: ViewPlan,
  cell: ViewCell,
  rowIndex: number,
): void {
  const { data } = reply.region;
  const { place } = cell;
  if (cell.datatype === 'BYTES') {
    writeText(reply, plan, cell, rowIndex, reading.texts[place] ?? new Uint8Array(0));
    return;
  }
  const at = valueOffset(reply, plan, cell, rowIndex);
  if (cell.datatype === 'FP32') data.setFloat32(at, reading.numbers[place] ?? 0, true);
  else if (cell.datatype === 'FP64') data.setFloat64(at, reading.numbers[place] ?? 0, true);
  else if (cell.datatype === 'INT64') data.setBigInt64(at, reading.integers[place] ?? 0n, true);
  else data.setUint8(at, reading.numbers[place] ?? 0);
}

/** What a value that is not there, or too old, becomes. */
function writeInstead(
  reply: Reply,
  plan: ReadPlan,
  cell: ViewCell,
  rowIndex: number,
  policy: AbsentPolicy | StalePolicy,
  status: Status,
): void {
  if (policy.kind === 'fail') throw refusal(plan, cell.name, rowIndex, status);
  if (policy.kind === 'default') writeScalar(reply, plan, cell, rowIndex, policy.value);
  else writeNothing(reply, plan, cell, rowIndex);
}

/** The error for a feature that the set wants and does not have. */
export function refusal(plan: ReadPlan, feature: string, rowIndex: number, status: Status): MeshError {
  const metadata = { feature, feature_set: plan.name, row: String(rowIndex) };
  if (status === Status.OUTSIDE_MAX_AGE)
    return new MeshError(
      'FEATURE_STALE',
      `row ${rowIndex}: feature ${feature} is older than its maximum age and set ${plan.name} asks for a fresh one; ingest newer events, or declare another policy (stale)`,
      { metadata },
    );
  const what = status === Status.NULL_VALUE ? 'is null' : 'was not found';
  return new MeshError(
    'FEATURE_ABSENT',
    `row ${rowIndex}: feature ${feature} ${what} and set ${plan.name} asks for a value; ingest its events, or declare another policy (absent)`,
    { metadata },
  );
}
