import type { Datatype } from '../declarations/declarations.ts';
import type { EventRow } from '../events/event-row.ts';
import type { ViewReading } from './view-program.ts';
import { writeInteger, writeNumber } from './write-value.ts';

/** The value of a field and when it was that. */
export interface LastValue {
  readonly eventTimeMs: number;
  readonly value: number | bigint | Uint8Array;
}

export interface LastField {
  readonly place: number;
  readonly field: string;
  readonly feature: { readonly datatype: Datatype };
}

export function lastValueOf(row: EventRow, { field, feature }: LastField, eventTimeMs: number): LastValue {
  return { eventTimeMs, value: fieldValueOf(row, field, feature.datatype) };
}

/** About what it takes in memory. */
export function lastValueBytes({ value }: LastValue): number {
  return 100 + (typeof value === 'object' ? 150 + value.length : 0);
}

/** Null where there was no value since the window began. */
export function writeLast(
  reading: ViewReading,
  plan: LastField,
  last: LastValue | undefined,
  startMs: number,
): void {
  if (last === undefined || last.eventTimeMs < startMs) reading.nulls[plan.place] = 1;
  else writeValue(reading, plan, last.value);
}

/** Writes a field of a row as a feature. */
export function writeField(reading: ViewReading, plan: LastField, row: EventRow): void {
  if (row.isNull(plan.field)) reading.nulls[plan.place] = 1;
  else writeValue(reading, plan, fieldValueOf(row, plan.field, plan.feature.datatype));
}

function writeValue(reading: ViewReading, { place, feature }: LastField, value: LastValue['value']): void {
  if (typeof value === 'bigint') writeInteger(reading, place, feature.datatype, value);
  else if (typeof value === 'number') writeNumber(reading, place, feature.datatype, value);
  else {
    reading.nulls[place] = 0;
    reading.texts[place] = value;
  }
}

function fieldValueOf(row: EventRow, field: string, datatype: Datatype): LastValue['value'] {
  // Not of the pool that texts are cut from: one that is kept for long would keep a whole piece of it.
  if (datatype === 'BYTES') return new Uint8Array(row.text(field));
  return datatype === 'INT64' ? row.integer(field) : row.number(field);
}
