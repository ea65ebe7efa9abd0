import { basename } from 'node:path';
import type { Event } from '../../../services/gen/scoremesh/feature/v1/Event.ts';
import type { EventStream__Output as EventStream } from '../../../services/gen/scoremesh/feature/v1/EventStream.ts';
import type { Value } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import { cellMs, cellText, maxTimeMs, timeOfText } from '../../files/cell-text.ts';
import { type Cell, type ColumnType, fileFault, type Table } from '../../files/table.ts';
import { BatchRows, type EventSource } from './event-source.ts';
import { fieldValue } from './field-value.ts';

/** How the rows of a file are events of a stream. */
export interface RowMapping {
  /** Column of the identity, or "row" for the file's name and the row's number. Default: event_id if there is one, else "row". */
  readonly id?: string;
  /** What stands before the row's number; the file's name unless given. */
  readonly idPrefix?: string;
  /** Column of the event time, or "now". Default: event_time. */
  readonly time?: string;
  /** Field to column, where they are not called the same. */
  readonly columns: Readonly<Record<string, string>>;
}

/** The rows of a file as events of a stream. Throws INVALID_REQUEST for columns that are not there. */
export function eventRows(
  table: Table,
  stream: EventStream,
  mapping: RowMapping,
  batchRows: number,
): EventSource & { readonly missing: readonly string[] } {
  const { path } = table;
  const types = new Map(table.columns.map(({ name, type }) => [name, type]));
  // Of JSON lines any line may have other members than the first.
  const isOpen = table.format === 'jsonl';
  const known = (column: string, option: string): string => {
    if (isOpen || types.has(column)) return column;
    throw fileFault(
      path,
      `has no column "${column}"; ${option} must name one of ${[...types.keys()].join(', ')}`,
    );
  };
  for (const field of Object.keys(mapping.columns))
    if (!stream.fields.some(({ name }) => name === field))
      throw fileFault(
        path,
        `stream ${stream.name} has no field "${field}"; --column must name one of ${stream.fields.map(({ name }) => name).join(', ')}`,
      );
  const fields = stream.fields.map(({ name, datatype }) => {
    const column = mapping.columns[name];
    return { name, datatype, column: column === undefined ? name : known(column, '--column') };
  });
  const present = fields.filter(({ column }) => isOpen || types.has(column));
  if (!fields.some(({ column }) => types.has(column)))
    throw fileFault(
      path,
      `has none of the fields of stream ${stream.name}; name columns with --column FIELD=COLUMN`,
    );
  const id = mapping.id ?? (isOpen || types.has('event_id') ? 'event_id' : 'row');
  const needsId = mapping.id !== undefined || !isOpen;
  const idColumn = id === 'row' ? undefined : known(id, '--id');
  const timeColumn = mapping.time === 'now' ? undefined : known(mapping.time ?? 'event_time', '--time');
  const prefix = mapping.idPrefix ?? basename(path);

  return {
    path,
    rowIds: idColumn === undefined || (isOpen && !types.has(idColumn)) ? prefix : undefined,
    missing: fields.filter((field) => !present.includes(field)).map(({ name }) => name),
    batches: async function* (fromRow) {
      const names = present.map(({ column }) => column);
      if (idColumn !== undefined) names.push(idColumn);
      if (timeColumn !== undefined) names.push(timeColumn);
      const options = { columns: names, fromRow, batchRows, skipUnreadable: true };
      for await (const { columns, numbers, share, unreadable } of table.batches(options)) {
        const ids = idColumn === undefined ? undefined : columns[present.length];
        const times = timeColumn === undefined ? undefined : columns.at(-1);
        const idAt = (row: number, number: number): string | undefined => {
          if (idColumn === undefined) return undefined;
          const text = cellText(ids?.[row] ?? null, types.get(idColumn));
          if (text !== null && text !== '') return text;
          if (!needsId) return undefined;
          throw fileFault(
            path,
            'is empty; every event needs an identity, and --id row takes the rows for it',
            `row ${number}, column ${idColumn}`,
          );
        };
        const eventAt = (row: number, number: number): Event => {
          const values: Record<string, Value> = {};
          for (const [index, { name, datatype, column }] of present.entries())
            values[name] = fieldValue(columns[index]?.[row] ?? null, datatype, types.get(column));
          const event = {
            stream: stream.name,
            eventId: idAt(row, number) ?? `${prefix}:${number}`,
            fields: values,
          };
          if (timeColumn === undefined) return event;
          const place = `row ${number}, column ${timeColumn}`;
          return { ...event, eventTime: timeOf(times?.[row] ?? null, types.get(timeColumn), path, place) };
        };
        const rows = new BatchRows(unreadable);
        for (const [row, number] of numbers.entries()) rows.add(number, () => eventAt(row, number));
        yield rows.batch(share);
      }
    },
  };
}

/** The moment that a cell names. Throws INVALID_REQUEST for none. */
export function timeOf(cell: Cell, type: ColumnType | undefined, path: string, place: string): number {
  const ms =
    cellMs(cell, type) ??
    (typeof cell === 'string'
      ? timeOfText(cell)
      : typeof cell === 'number' || typeof cell === 'bigint'
        ? Number(cell)
        : undefined);
  if (ms !== undefined && Math.abs(ms) <= maxTimeMs) return ms;
  throw fileFault(
    path,
    cell === null ? 'is empty; every row needs a time' : 'is neither an ISO 8601 time nor Unix milliseconds',
    place,
  );
}
