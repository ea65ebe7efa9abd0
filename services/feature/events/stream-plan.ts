import type { Event__Output } from '../../gen/scoremesh/feature/v1/Event.ts';
import type { Rejection__Output } from '../../gen/scoremesh/feature/v1/Rejection.ts';
import type { Stream } from '../declarations/declarations.ts';
import { nameList } from '../name-list.ts';
import type { EventIndex, NewEvent } from '../store/feature-store.ts';
import { joinKeys } from './entity-key.ts';
import { contentId } from './event-id.ts';
import { type EventLayout, layoutOf } from './event-layout.ts';
import { type FieldRule, fieldRule, Rejected } from './field-rule.ts';
import { RowWriter } from './row-writer.ts';
import type { FieldValue } from './stored-value.ts';

/** The moment at which events come, and the place of one among them. */
export interface Arrival {
  /** Place of the event in its request; for rejections. */
  index: number;
  nowMs: number;
  /** When an event happened that does not say it. */
  absentTimeMs: number;
  /** Events from before this time are no longer taken; -Infinity for none. */
  expiredBeforeMs: number;
}

/** A stream made ready for its events. */
export interface StreamPlan {
  readonly stream: Stream;
  readonly layout: EventLayout;
  readonly layoutId: number;
  readonly indexes: readonly EventIndex[];
  /**
   * The event as the store takes it, cleaned by its declaration, about 1 us; undefined if it breaks the declaration, which `rejections`
   * then names: at most 20 faults, and never a value. The id and the event time must be valid.
   */
  encode(event: Event__Output, arrival: Arrival, rejections: Rejection__Output[]): NewEvent | undefined;
}

/** Faults of one event that are named. */
export const maxRejections = 20;

/** `indexes` are those of the stream's views. */
export function createStreamPlan(
  stream: Stream,
  layoutId: number,
  indexes: readonly EventIndex[],
): StreamPlan {
  const keyFields = new Set(indexes.flatMap((index) => index.keyFields));
  const rules = stream.fields.map((field) => fieldRule(field, keyFields.has(field.name)));
  const layout = layoutOf(stream.fields);
  const writer = new RowWriter(layout, layoutId);
  const sorted = [...stream.fields].sort((a, b) => (a.name < b.name ? -1 : 1));
  const keyed = indexes.map((index) => ({ index, columns: columnsOf(index, stream) }));
  // One for all events: an event is done before the next begins.
  const values: (FieldValue | undefined)[] = new Array(rules.length).fill(undefined);

  return {
    stream,
    layout,
    layoutId,
    indexes,
    encode: (event, arrival, rejections) => {
      const before = rejections.length;
      const eventTimeMs = (event.eventTime ?? arrival.absentTimeMs) + 0;
      const timeFault = faultOfTime(eventTimeMs, stream, arrival);
      if (timeFault !== undefined) reject(rejections, arrival.index, '', timeFault);
      const { fields } = event;
      let known = 0;
      for (let column = 0; column < rules.length; column++) {
        const rule = rules[column] as FieldRule;
        const given = ownValue(fields, rule.name);
        if (given !== undefined) known++;
        const value = rule.clean(given);
        if (value instanceof Rejected) {
          if (rejections.length - before < maxRejections) reject(rejections, arrival.index, rule.name, value);
          values[column] = undefined;
        } else values[column] = value;
      }
      if (countOf(fields) !== known) rejectUnknown(event, stream, arrival.index, rejections, before);
      if (rejections.length > before) return undefined;
      const entries: { index: EventIndex; key: string }[] = [];
      for (const { index, columns } of keyed) {
        const key = keyOfValues(columns, values);
        if (key !== undefined) entries.push({ index, key });
      }
      return {
        stream: stream.name,
        id: event.eventId === '' ? contentId(event, eventTimeMs, sorted) : event.eventId,
        eventTimeMs,
        row: writer.write(eventTimeMs, values),
        entries,
      };
    },
  };
}

function columnsOf(index: EventIndex, { name, fields }: Stream): number[] {
  return index.keyFields.map((key) => {
    const column = fields.findIndex((field) => field.name === key);
    if (column < 0) throw new Error(`stream ${name} has no field ${key}, by which an index has its events`);
    return column;
  });
}

type Fields = Event__Output['fields'];

/** A field may be called like something that every object has. */
function ownValue(fields: Fields, name: string): Fields[string] | undefined {
  const value = fields[name];
  return value === undefined || Object.hasOwn(fields, name) ? value : undefined;
}

function countOf(fields: Fields): number {
  let count = 0;
  for (const _name in fields) count++;
  return count;
}

/** Undefined if a key field is null: the event is then in no view by these keys. */
function keyOfValues(
  columns: readonly number[],
  values: readonly (FieldValue | undefined)[],
): string | undefined {
  if (columns.length === 1) {
    const value = values[columns[0] as number];
    return typeof value === 'string' || value === undefined ? value : String(value);
  }
  const keys: string[] = [];
  for (const column of columns) {
    const value = values[column];
    if (value === undefined) return undefined;
    keys.push(typeof value === 'string' ? value : String(value));
  }
  return joinKeys(keys);
}

function faultOfTime(
  eventTimeMs: number,
  { maxLeadMs }: Stream,
  { nowMs, expiredBeforeMs }: Arrival,
): Rejected | undefined {
  if (eventTimeMs > nowMs + maxLeadMs)
    return new Rejected(
      'REJECTION_REASON_FUTURE',
      `the event time is ${Math.round(eventTimeMs - nowMs)} ms in the future; the stream takes ${maxLeadMs}: check the clock and the unit`,
    );
  if (eventTimeMs < expiredBeforeMs)
    return new Rejected(
      'REJECTION_REASON_EXPIRED',
      `the event time is ${Math.round(expiredBeforeMs - eventTimeMs)} ms before what the stream's retention keeps`,
    );
  return undefined;
}

function rejectUnknown(
  { fields }: Event__Output,
  stream: Stream,
  index: number,
  rejections: Rejection__Output[],
  before: number,
): void {
  const known = new Set(stream.fields.map((field) => field.name));
  const unknown = new Rejected(
    'REJECTION_REASON_UNKNOWN_FIELD',
    `no such field; stream ${stream.name} has ${nameList(known)}`,
  );
  for (const name of Object.keys(fields)) {
    if (known.has(name)) continue;
    if (rejections.length - before >= maxRejections) return;
    reject(rejections, index, name.slice(0, maxNameLength), unknown);
  }
}

/** What a rejection repeats of the name of an unknown field. */
const maxNameLength = 100;

function reject(
  rejections: Rejection__Output[],
  index: number,
  field: string,
  { reason, message }: Rejected,
): void {
  rejections.push({ index, field, reason, message });
}
