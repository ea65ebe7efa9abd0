import type { EventLayout } from '../../../services/feature/events/event-layout.ts';
import { layoutOf } from '../../../services/feature/events/event-layout.ts';
import { EventRow } from '../../../services/feature/events/event-row.ts';
import { RowWriter } from '../../../services/feature/events/row-writer.ts';
import type {
  EventIndex,
  FeatureStore,
  NewEvent,
  NewQuarantined,
  Section,
} from '../../../services/feature/store/feature-store.ts';

/** The layout of the rows here: who, where, and a number by which the test knows the event. */
export const layout: EventLayout = layoutOf([
  { name: 'who', datatype: 'BYTES' },
  { name: 'where', datatype: 'BYTES' },
  { name: 'number', datatype: 'FP64' },
]);

/** Makes events of streams with indexes by who and by where, and of the whole stream. */
export interface Events {
  readonly indexes: { readonly who: EventIndex; readonly where: EventIndex; readonly all: EventIndex };
  event(options: EventOptions): NewEvent;
}

export interface EventOptions {
  readonly number: number;
  readonly timeMs: number;
  readonly id?: string;
  /** Null is in no index by it. */
  readonly who?: string | null;
  readonly where?: string | null;
  readonly pad?: number;
}

export async function eventsOf(
  store: FeatureStore,
  stream = 'visits',
  names: readonly ('who' | 'where' | 'all')[] = ['who', 'where', 'all'],
): Promise<Events> {
  const writer = new RowWriter(layout, await store.layoutId(layout));
  const ensure = (field: string) => store.ensureIndex(stream, [field], keyBy(store, field));
  const who = names.includes('who') ? await ensure('who') : undefined;
  const where = names.includes('where') ? await ensure('where') : undefined;
  const all = names.includes('all') ? await store.ensureIndex(stream, [], () => '*') : undefined;
  return {
    indexes: { who: who as EventIndex, where: where as EventIndex, all: all as EventIndex },
    event: ({
      number,
      timeMs,
      id = `event ${number}`,
      who: person = 'ann',
      where: place = 'rome',
      pad = 0,
    }) => {
      const entries: { index: EventIndex; key: string }[] = [];
      if (who !== undefined && person !== null) entries.push({ index: who, key: person });
      if (where !== undefined && place !== null) entries.push({ index: where, key: place });
      if (all !== undefined) entries.push({ index: all, key: '*' });
      const values = [person === null ? undefined : person + '.'.repeat(pad), place ?? undefined, number];
      return { stream, id, eventTimeMs: timeMs, row: writer.write(timeMs, values), entries };
    },
  };
}

/** The key of a row by one of its fields. */
export function keyBy(store: FeatureStore, field: string): (row: Buffer) => string | undefined {
  const cursor = new EventRow((id) => store.layout(id));
  return (row) => {
    cursor.set(row, 0);
    return cursor.isNull(field) ? undefined : cursor.text(field).toString('utf8').replace(/\.+$/, '');
  };
}

export interface Found {
  readonly number: number;
  readonly timeMs: number;
  readonly ingestTimeMs: number;
}

/** The events of sections, one after the other. */
export function unpack(sections: readonly Section[], store: FeatureStore): Found[] {
  const cursor = new EventRow((id) => store.layout(id));
  return sections.flatMap(({ rows, ingestTimeMs }) => {
    const found: Found[] = [];
    for (let at = 0; at < rows.length; ) {
      at = cursor.set(rows, at);
      found.push({ number: cursor.number('number'), timeMs: cursor.eventTimeMs, ingestTimeMs });
    }
    return found;
  });
}

/** The numbers of the events of a key in its order. */
export async function numbersOf(
  store: FeatureStore,
  index: EventIndex,
  key: string,
  fromMs = -1e15,
  toMs = 1e15,
): Promise<number[]> {
  return unpack(await store.read(index, key, fromMs, toMs), store).map(({ number }) => number);
}

export function quarantinedEvent(stream: string, eventId: string): NewQuarantined {
  return {
    event: { stream, eventId, eventTime: 5, fields: {}, _eventTime: 'eventTime' },
    rejections: [{ index: 0, field: 'who', reason: 'REJECTION_REASON_REQUIRED', message: 'is null' }],
    receivedAt: 7,
  } as NewQuarantined;
}
