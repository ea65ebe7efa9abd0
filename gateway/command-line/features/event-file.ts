import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Event } from '../../../services/gen/scoremesh/feature/v1/Event.ts';
import type { EventStream__Output as EventStream } from '../../../services/gen/scoremesh/feature/v1/EventStream.ts';
import type { Value } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import { timeOfText } from '../../files/cell-text.ts';
import { cellOf, type JsonLine, jsonLines } from '../../files/json-lines-reader.ts';
import { fileFault, formatOf, unreadable } from '../../files/table.ts';
import type { EventBatch, EventSource } from './bulk-load.ts';
import { fieldValue } from './field-value.ts';

/**
 * A file of whole events, JSON lines: `{"stream","event_id","event_time","fields"}`. One without an id is known by its content, one
 * without a time as well by its line, and happens when it is loaded.
 */
export function eventFile(path: string, streams: readonly EventStream[], batchRows: number): EventSource {
  const datatypes = new Map(
    streams.map(({ fields, name }) => [name, new Map(fields.map((field) => [field.name, field.datatype]))]),
  );
  return {
    path,
    batches: async function* (fromRow) {
      if (formatOf(path) !== 'jsonl') throw fileFault(path, 'must be JSON lines to hold whole events');
      const { size } = await stat(path).catch((error: unknown) => {
        throw unreadable(path, error);
      });
      let numbers: number[] = [];
      let events: Event[] = [];
      let read: EventBatch | undefined;
      for await (const line of jsonLines(path, size, fromRow)) {
        events.push(eventOf(line, path, datatypes));
        numbers.push(line.number);
        read = { numbers, events, share: line.share };
        if (events.length < batchRows) continue;
        yield read;
        numbers = [];
        events = [];
        read = undefined;
      }
      if (read !== undefined) yield { ...read, share: 1 };
    },
  };
}

function eventOf(
  { json, number }: JsonLine,
  path: string,
  datatypes: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Event {
  const refuse = (member: string, description: string): never => {
    throw fileFault(path, description, `row ${number}, ${member}`);
  };
  const { stream, event_id: eventId = '', event_time: time = null, fields, ...others } = json;
  const [other] = Object.keys(others);
  if (other !== undefined)
    refuse(other, 'is no member of an event; it has stream, event_id, event_time and fields');
  if (typeof stream !== 'string' || stream === '') return refuse('stream', 'must name an event stream');
  if (typeof eventId !== 'string') return refuse('event_id', 'must be text');
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    return refuse('fields', 'must be an object');
  const declared = datatypes.get(stream);
  const values: [string, Value][] = Object.entries(fields).map(([name, value]) => [
    name,
    fieldValue(cellOf(value, path, `row ${number}, field ${name}`), declared?.get(name) ?? ''),
  ]);
  const event = { stream, fields: Object.fromEntries(values) };
  if (time === null) return { ...event, eventId: eventId || `${basename(path)}:${number}` };
  const eventTime = typeof time === 'number' ? time : typeof time === 'string' ? timeOfText(time) : undefined;
  return eventTime === undefined
    ? refuse('event_time', 'is neither a time such as 2026-01-31T12:00:00Z nor Unix milliseconds')
    : { ...event, eventId, eventTime };
}
