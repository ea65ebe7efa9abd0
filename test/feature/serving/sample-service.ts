import fc from 'fast-check';
import {
  nothingDeclared,
  parseDeclarations,
} from '../../../services/feature/declarations/declaration-text.ts';
import type { View } from '../../../services/feature/declarations/declarations.ts';
import { joinKeys, keylessKey } from '../../../services/feature/events/entity-key.ts';
import type { FieldValue } from '../../../services/feature/events/stored-value.ts';
import type { Event__Output } from '../../../services/gen/scoremesh/feature/v1/Event.ts';
import type { GetFeaturesResponse__Output } from '../../../services/gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { Value__Output } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import { flag, integer, number, text } from '../arrivals.ts';
import { bitsOf } from '../engine/exact-number.ts';
import { type IngestedEvent, said } from '../engine/oracle.ts';
import { eventValues, fieldNames } from '../engine/sample-events.ts';
import { type ReadValue, unpack } from '../fixture.ts';

/** Views with and without keys, of values that pack and that don't, whose windows reach over several tiles of the store. */
export function samples(retention = ''): string {
  return `
entities:
  person: { keys: [who] }
  place: { keys: [who, spot] }
streams:
  samples:
    ${retention}
    max_lead: 1d
    fields:
      who: { type: text }
      spot: { type: int64 }
      wide: { type: float64 }
      whole: { type: int64 }
      text: { type: text }
      slim: { type: float32 }
      flag: { type: bool }
views:
  counts:
    stream: samples
    entity: person
    max_age: 10h
    windows:
      events_12h: { aggregate: count, window: 12h, tile: 1h }
      sum_12h: { aggregate: sum, field: wide, window: 12h, tile: 1h }
      total_12h: { aggregate: sum, field: whole, window: 12h, tile: 1h }
      mean_6h: { aggregate: mean, field: wide, window: 6h, tile: 2h, type: float32 }
      rate_1d: { aggregate: rate, condition: 'whole > 0', window: 1d, tile: 1d }
      low_3h: { aggregate: min, field: whole, window: 3h, tile: 1h }
      high_8h: { aggregate: max, field: slim, window: 8h, tile: 8h, where: flag }
      texts_1d: { aggregate: distinct, field: text, window: 1d, tile: 6h }
  names:
    stream: samples
    entity: place
    where: 'wide >= 1.0'
    windows:
      last_1d: { aggregate: last, field: text, window: 1d, tile: 2h }
      events_1d: { aggregate: count, window: 1d, tile: 2h, type: float32 }
  everyone:
    stream: samples
    windows:
      sum_90m: { aggregate: sum, field: slim, window: 90m, tile: 5m }
      events_5h: { aggregate: count, window: 5h, tile: 30m, where: 'text != "AA"' }
      flag_5h: { aggregate: last, field: flag, window: 5h, tile: 30m }
  newest:
    stream: samples
    entity: person
    where: 'whole > 0'
    max_age: 30h
    latest: { wide: {}, whole: {}, slim: {}, flag: {} }
  newest_text:
    stream: samples
    entity: place
    latest: { text: {}, number: { field: wide } }
sets:
  all:
    features:
${setColumns.map((column) => `      - ${column}`).join('\n')}
`;
}

/** In an order that mixes views and types. */
export const setColumns = [
  'counts.events_12h',
  'newest.wide',
  'counts.sum_12h',
  'counts.total_12h',
  'names.last_1d',
  'counts.mean_6h',
  'newest_text.text',
  'counts.rate_1d',
  'everyone.sum_90m',
  'everyone.flag_5h',
  'counts.low_3h',
  'counts.high_8h',
  'counts.texts_1d',
  'names.events_1d',
  'everyone.events_5h',
  'newest.whole',
  'newest.slim',
  'newest.flag',
  'newest_text.number',
];

export interface Sent {
  readonly who: string | undefined;
  readonly spot: bigint | undefined;
  readonly event: IngestedEvent;
}

export type Sending = Omit<Sent, 'event'> & {
  readonly id: number;
  readonly event: Omit<IngestedEvent, 'ingestMs'>;
};

export function eventOf({ id, who, spot, event }: Sending): Event__Output {
  const fields: [string, Value__Output][] = [];
  if (who !== undefined) fields.push(['who', text(who)]);
  if (spot !== undefined) fields.push(['spot', integer(String(spot))]);
  for (const name of fieldNames) {
    const value = event.values[name];
    if (value !== undefined) fields.push([name, messageOf(value)]);
  }
  return {
    stream: 'samples',
    eventId: `e${id}`,
    eventTime: event.timeMs,
    fields: Object.fromEntries(fields),
  };
}

function messageOf(value: FieldValue): Value__Output {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'boolean') return flag(value);
  return typeof value === 'bigint' ? integer(String(value)) : number(value);
}

const hourMs = 3_600_000;
export const baseMs = Math.floor(Date.UTC(2024, 0, 10) / hourMs) * hourMs;
export const persons = ['ann', 'bob'];
export const spots = [1n, 12n];

/** A value in one of so many cases, else none. */
export function sometimes<T>(value: fc.Arbitrary<T>, oneOf: number): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 1, arbitrary: value }, { weight: oneOf - 1, arbitrary: fc.constant(undefined) });
}

/** Moments around a base: on edges of tiles and beside them, and anywhere. */
export const offsets = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -60, max: 12 }).map((halves) => (halves * hourMs) / 2) },
  { weight: 1, arbitrary: fc.integer({ min: -40, max: 6 }).map((hours) => hours * hourMs - 1 / 1024) },
  {
    weight: 3,
    arbitrary: fc.integer({ min: -48 * hourMs * 4, max: 6 * hourMs * 4 }).map((units) => units / 4),
  },
);

/** Events near a moment; the id is one of few, so that some are repeated. */
export function sendings(nowMs: number): fc.Arbitrary<Sending> {
  return fc
    .record({
      id: fc.integer({ min: 0, max: 200 }),
      who: fc.constantFrom(...persons, ...persons, undefined),
      spot: fc.constantFrom(...spots, undefined),
      offset: offsets,
      values: eventValues(false),
    })
    .map(({ id, who, spot, offset, values }) => ({
      id,
      who,
      spot,
      event: { ...values, layout: 'new' as const, timeMs: nowMs + offset },
    }));
}

/** The views as declared, for the oracle. */
export function viewsOf(yaml: string): ReadonlyMap<string, View> {
  return parseDeclarations(yaml, nothingDeclared).views;
}

/** What a value of a reply must be, as text that is the same exactly if the bits are. */
function wantedOf(
  views: ReadonlyMap<string, View>,
  column: string,
  sent: readonly Sent[],
  entities: Readonly<Record<string, string>>,
  atMs: number,
): string {
  const [viewName = '', featureName = ''] = column.split('.');
  const view = views.get(viewName)!;
  const place = view.features.findIndex(({ name }) => name === featureName);
  const key = keyOf(view, entities);
  const says = said(
    view,
    sent.filter((each) => keyOfSent(view, each) === key).map(({ event }) => event),
    atMs,
  );
  const { retentionMs = Number.POSITIVE_INFINITY } = view.stream;
  if (says === 'nothing' || (view.kind === 'latest' && atMs - says.eventTimeMs > retentionMs))
    return 'NOT_FOUND 0 0 ';
  const times = `${says.eventTimeMs} ${says.ingestTimeMs}`;
  if (view.maxAgeMs !== undefined && atMs - says.eventTimeMs > view.maxAgeMs)
    return `OUTSIDE_MAX_AGE ${times} `;
  const value = says.values[place];
  return value === 'null' ? `NULL_VALUE ${times} ` : `PRESENT ${times} ${value}`;
}

/** What a value of a reply is, in the same form. */
function foundAs({ status, value, eventTime, ingestTime }: ReadValue): string {
  return `${status} ${eventTime} ${ingestTime} ${status === 'PRESENT' ? written(value) : absent(value)}`;
}

function written(value: ReadValue['value']): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  return typeof value === 'bigint' ? String(value) : bitsOf(Number(value));
}

/** Nothing, unless there is a value where there must be none. */
function absent(value: ReadValue['value']): string {
  const isNothing = value === 0n || value === '' || value === false || Number.isNaN(value);
  return isNothing ? '' : `not nothing: ${value}`;
}

/** Every value of an answer beside what it must be; equal where the answer is right. */
export function compared(
  views: ReadonlyMap<string, View>,
  columns: readonly string[],
  sent: readonly Sent[],
  rows: readonly { readonly entities: Readonly<Record<string, string>>; readonly at?: number | undefined }[],
  answer: GetFeaturesResponse__Output,
): { readonly found: string[][]; readonly wanted: string[][] } {
  const known = sent.filter(({ event }) => event.ingestMs <= answer.asOfIngest);
  return {
    found: unpack(answer).map((row) => row.map((value, column) => `${columns[column]} ${foundAs(value)}`)),
    wanted: rows.map(({ entities, at = answer.asOf }) =>
      columns.map((column) => `${column} ${wantedOf(views, column, known, entities, at)}`),
    ),
  };
}

function keyOf(view: View, entities: Readonly<Record<string, string>>): string {
  const keys = view.entity?.keys ?? [];
  return keys.length === 0 ? keylessKey : joinKeys(keys.map((key) => entities[key]!));
}

function keyOfSent({ keyFields }: View, { who, spot }: Sent): string | undefined {
  if (keyFields.length === 0) return keylessKey;
  const keys = keyFields.map((field) => (field === 'who' ? who : spot?.toString()));
  return keys.some((key) => key === undefined) ? undefined : joinKeys(keys as string[]);
}
