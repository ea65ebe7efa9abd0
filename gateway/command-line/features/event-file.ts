import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Event } from '../../../services/gen/scoremesh/feature/v1/Event.ts';
import type { EventStream__Output as EventStream } from '../../../services/gen/scoremesh/feature/v1/EventStream.ts';
import type { Value } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import { maxTimeMs, timeOfText } from '../../files/cell-text.ts';
import { cellOf, type JsonLine, jsonLines, objectOf } from '../../files/json-lines-reader.ts';
import { fileFault, formatOf, unreadable } from '../../files/table.ts';
import { BatchRows, type EventSource } from './event-source.ts';
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
      let rows = new BatchRows();
      for await (const line of jsonLines(path, size, fromRow)) {
        rows.add(line.number, () => eventOf(line, path, datatypes));
        if (rows.count < batchRows) continue;
        yield rows.batch(line.share);
        rows = new BatchRows();
      }
      if (rows.count > 0) yield rows.batch(1);
    },
  };
}

/** Of a name in a message: a line may call anything a name. */
const maxNameShown = 100;

/** Throws INVALID_REQUEST for a line that is no event of a declared stream. */
function eventOf(
  line: JsonLine,
  path: string,
  datatypes: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Event {
  const { number } = line;
  const refuse = (member: string, description: string): never => {
    throw fileFault(path, description, `row ${number}, ${member.slice(0, maxNameShown)}`);
  };
  const { stream, event_id: eventId = '', event_time: time = null, fields, ...others } = objectOf(line, path);
  const [other] = Object.keys(others);
  if (other !== undefined)
    refuse(other, 'is no member of an event; it has stream, event_id, event_time and fields');
  if (typeof stream !== 'string' || stream === '') return refuse('stream', 'must name an event stream');
  if (typeof eventId !== 'string') return refuse('event_id', 'must be text');
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    return refuse('fields', 'must be an object');
  const declared = datatypes.get(stream);
  if (declared === undefined) {
    const name = JSON.stringify(stream.slice(0, maxNameShown));
    return refuse(
      'stream',
      `${name} is not declared; there are ${[...datatypes.keys()].join(', ') || 'none'}`,
    );
  }
  const values: [string, Value][] = Object.entries(fields).map(([name, value]) => [
    name,
    fieldValue(
      cellOf(value, path, `row ${number}, field ${name.slice(0, maxNameShown)}`),
      declared.get(name) ?? '',
    ),
  ]);
  const event = { stream, fields: Object.fromEntries(values) };
  if (time === null) return { ...event, eventId: eventId || `${basename(path)}:${number}` };
  const eventTime = typeof time === 'number' ? time : typeof time === 'string' ? timeOfText(time) : undefined;
  return eventTime === undefined || Math.abs(eventTime) > maxTimeMs
    ? refuse('event_time', 'is neither a time such as 2026-01-31T12:00:00Z nor Unix milliseconds')
    : { ...event, eventId, eventTime };
}
