import {
  type EventLayout,
  layoutIdOffset,
  type Slot,
} from '../../../services/feature/events/event-layout.ts';
import { EventRow } from '../../../services/feature/events/event-row.ts';
import type { Event__Output } from '../../../services/gen/scoremesh/feature/v1/Event.ts';
import type { Value__Output } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';

/** The event time and the fields of a stored row, without those that are null. */
export function decodeEvent(
  row: Buffer,
  layouts: (id: number) => EventLayout,
): { readonly eventTimeMs: number; readonly fields: Event__Output['fields'] } {
  const cursor = new EventRow(layouts);
  cursor.set(row, 0);
  const { slots } = layouts(row.readUInt32LE(layoutIdOffset));
  const fields: [string, Value__Output][] = [];
  for (const [name, slot] of slots)
    if (!cursor.isNull(name)) fields.push([name, fieldOf(cursor, name, slot)]);
  return { eventTimeMs: cursor.eventTimeMs, fields: Object.fromEntries(fields) };
}

function fieldOf(cursor: EventRow, name: string, { datatype }: Slot): Value__Output {
  switch (datatype) {
    case 'FP32':
    case 'FP64':
      return { kind: 'number', number: cursor.number(name) };
    case 'INT64':
      return { kind: 'integer', integer: String(cursor.integer(name)) };
    case 'BOOL':
      return { kind: 'flag', flag: cursor.number(name) !== 0 };
    case 'BYTES':
      return { kind: 'text', text: cursor.text(name).toString('utf8') };
  }
}
