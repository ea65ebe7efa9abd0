import type { Datatype, View, WindowSource } from '../../../services/feature/declarations/declarations.ts';
import type { ViewReading } from '../../../services/feature/engine/view-program.ts';
import type { FieldValue } from '../../../services/feature/events/stored-value.ts';
import { bitsOf, doubleOf, exactSum } from './exact-number.ts';
import { type FieldName, outcomeOf, type SampleEvent, storedValue } from './sample-events.ts';

/** An event that was ingested; their order is the order of ingest. */
export interface IngestedEvent extends SampleEvent {
  readonly ingestMs: number;
}

/** What a reading says, comparable bit by bit: the value of each feature, null, or that nothing is known. */
export type Said =
  | { readonly eventTimeMs: number; readonly ingestTimeMs: number; readonly values: readonly string[] }
  | 'nothing';

/** What the semantics say of a view at a moment, from a plain list of events with exact arithmetic. */
export function said(view: View, events: readonly IngestedEvent[], atMs: number): Said {
  const counting = events.filter(
    (event) => event.timeMs <= atMs && (view.where === undefined || outcomeOf(view.where, event) === true),
  );
  const windows = view.features.flatMap(({ source }) => (source.kind === 'window' ? [source] : []));
  const [longest] = windows.sort((a, b) => b.windowMs - a.windowMs || b.tileMs - a.tileMs);
  const known = longest === undefined ? counting : within(counting, longest, atMs);
  const last = lastOf(known);
  if (last === undefined) return 'nothing';
  const values = view.features.map(({ source, datatype }) => {
    if (source.kind === 'latest') return written(storedValue(last, source.field as FieldName), datatype);
    return written(aggregated(source, within(counting, source, atMs)), datatype);
  });
  return { eventTimeMs: last.timeMs, ingestTimeMs: last.ingestMs, values };
}

/** What a state's reading says. */
export function saidBy(view: View, reading: ViewReading): Said {
  const { found, eventTimeMs, ingestTimeMs, nulls, numbers, integers, texts } = reading;
  if (!found) return 'nothing';
  const values = view.features.map(({ datatype }, place) => {
    if (nulls[place] === 1) return 'null';
    if (datatype === 'INT64') return String(integers[place]);
    return datatype === 'BYTES' ? Buffer.from(texts[place]!).toString('hex') : bitsOf(numbers[place]!);
  });
  return { eventTimeMs, ingestTimeMs, values };
}

/** The events from the start of the tile that is so many whole tiles before the moment's; in 1024ths of a millisecond. */
function within(
  events: readonly IngestedEvent[],
  { windowMs, tileMs }: WindowSource,
  atMs: number,
): readonly IngestedEvent[] {
  const tile = BigInt(tileMs) * 1024n;
  const at = BigInt(atMs * 1024);
  const into = ((at % tile) + tile) % tile;
  const start = at - into - BigInt(windowMs) * 1024n;
  return events.filter(({ timeMs }) => BigInt(timeMs * 1024) >= start);
}

function lastOf(events: readonly IngestedEvent[]): IngestedEvent | undefined {
  return events.reduce<IngestedEvent | undefined>(
    (last, event) => (last === undefined || event.timeMs >= last.timeMs ? event : last),
    undefined,
  );
}

function aggregated(source: WindowSource, inWindow: readonly IngestedEvent[]): FieldValue | undefined {
  const { where, aggregate, condition } = source;
  const events = inWindow.filter((event) => where === undefined || outcomeOf(where, event) === true);
  const field = source.field as FieldName;
  const having = events.filter((event) => storedValue(event, field) !== undefined);
  const values = having.map((event) => storedValue(event, field) as FieldValue);
  switch (aggregate) {
    case 'count':
      return events.length;
    case 'rate': {
      const outcomes = events.map((event) => outcomeOf(condition!, event));
      const [yes, no] = [true, false].map(
        (wanted) => outcomes.filter((outcome) => outcome === wanted).length,
      );
      return yes! + no! === 0 ? undefined : yes! / (yes! + no!);
    }
    case 'sum':
      return sumOf(values);
    case 'mean':
      return values.length === 0 ? undefined : Number(sumOf(values)) / values.length;
    case 'min':
      return values.reduce<FieldValue | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
    case 'max':
      return values.reduce<FieldValue | undefined>((a, b) => (a === undefined || b > a ? b : a), undefined);
    case 'last': {
      const last = lastOf(having);
      return last && storedValue(last, field);
    }
    case 'distinct':
      return new Set(values.map((value) => (value === 0 ? 0 : value))).size;
  }
}

function sumOf(values: readonly FieldValue[]): bigint | number {
  return typeof values[0] === 'bigint'
    ? (values as bigint[]).reduce((sum, value) => sum + value, 0n)
    : doubleOf(exactSum(values as number[]));
}

function written(value: FieldValue | undefined, datatype: Datatype): string {
  if (value === undefined) return 'null';
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  if (datatype === 'INT64')
    return BigInt.asIntN(64, BigInt(value)) === BigInt(value) ? String(value) : 'null';
  const number = datatype === 'FP32' ? Math.fround(Number(value)) : Number(value);
  return Number.isFinite(number) ? bitsOf(number + 0) : 'null';
}
