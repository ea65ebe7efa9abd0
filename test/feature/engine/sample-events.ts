import fc from 'fast-check';
import type { Datatype, Field, Stream } from '../../../services/feature/declarations/declarations.ts';
import type { Condition } from '../../../services/feature/engine/view-program.ts';
import { layoutOf } from '../../../services/feature/events/event-layout.ts';
import { EventRow } from '../../../services/feature/events/event-row.ts';
import { RowWriter } from '../../../services/feature/events/row-writer.ts';
import type { FieldValue } from '../../../services/feature/events/stored-value.ts';

export const datatypes = { wide: 'FP64', whole: 'INT64', text: 'BYTES', slim: 'FP32', flag: 'BOOL' } as const;
export type FieldName = keyof typeof datatypes;
export const fieldNames = Object.keys(datatypes) as FieldName[];

export interface SampleEvent {
  readonly timeMs: number;
  /** The older layout has no `slim` and no `flag`. */
  readonly layout: 'old' | 'new';
  readonly values: { readonly [name in FieldName]?: FieldValue | undefined };
}

const fields = fieldNames.map((name): Field => {
  const limits = { default: undefined, min: undefined, max: undefined, oneOf: undefined };
  return { name, description: '', datatype: datatypes[name], required: false, ...limits, onInvalid: 'null' };
});

export const stream: Stream = {
  name: 'samples',
  description: '',
  fields,
  retentionMs: undefined,
  maxLeadMs: 0,
  digest: '',
};

const layouts = [layoutOf(fields.slice(0, 3)), layoutOf(fields)];
const writers = layouts.map((layout, id) => new RowWriter(layout, id));

export function newCursor(): EventRow {
  return new EventRow((id) => layouts[id]!);
}

/** The row of an event; the caller's own bytes. */
export function rowBytes({ timeMs, layout, values }: SampleEvent): Buffer {
  const id = layout === 'old' ? 0 : 1;
  return writers[id]!.write(
    timeMs,
    fieldNames.slice(0, layouts[id]!.slots.size).map((name) => values[name]),
  );
}

/** The value of a field as a row of the event has it; undefined for null. */
export function storedValue({ layout, values }: SampleEvent, name: FieldName): FieldValue | undefined {
  if (layout === 'old' && (name === 'slim' || name === 'flag')) return undefined;
  const value = values[name];
  return name === 'slim' && typeof value === 'number' ? Math.fround(value) : value;
}

const tests: Record<string, { readonly field: FieldName; holds(value: FieldValue): boolean }> = {
  'wide >= 1.0': { field: 'wide', holds: (value) => (value as number) >= 1 },
  'whole > 0': { field: 'whole', holds: (value) => (value as bigint) > 0n },
  'text != "AA"': { field: 'text', holds: (value) => value !== 'AA' },
  flag: { field: 'flag', holds: (value) => value === true },
};
export const conditionSources = Object.keys(tests);

/** What a condition is for an event, without its row. */
export function outcomeOf(source: string, event: SampleEvent): boolean | undefined {
  const { field, holds } = tests[source]!;
  const value = storedValue(event, field);
  return value === undefined ? undefined : holds(value);
}

export function condition(source: string): Condition {
  const { field, holds } = tests[source]!;
  return { test: (row) => (row.isNull(field) ? undefined : holds(readField(row, field, datatypes[field]))) };
}

function readField(row: EventRow, field: string, datatype: Datatype): FieldValue {
  if (datatype === 'BYTES') return row.text(field).toString('utf8');
  if (datatype === 'INT64') return row.integer(field);
  return datatype === 'BOOL' ? row.number(field) !== 0 : row.number(field);
}

const nullable = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 5, arbitrary: values }, { weight: 1, arbitrary: fc.constant(undefined) });

const doubles = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -300, max: 300 }).map((tenths) => tenths / 10) },
  { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(0, -0, 1, -1, 5e-324, -5e-324, 2 ** 53, 1e16, -1e16, 1e-45, 1e30, -1e30),
  },
);
const hugeDoubles = fc.constantFrom(
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** 999,
  -(2 ** 999),
  1e305,
  -1e305,
);

const integers = fc.oneof(
  { weight: 3, arbitrary: fc.bigInt({ min: -20n, max: 20n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 32n),
  },
);

/** Without huge values sums never leave the doubles. */
export function eventValues(huge: boolean): fc.Arbitrary<Omit<SampleEvent, 'timeMs'>> {
  const wide = huge ? fc.oneof(hugeDoubles, doubles) : doubles;
  return fc.record({
    layout: fc.constantFrom('old', 'new', 'new'),
    values: fc.record({
      wide: nullable(wide),
      whole: nullable(integers),
      text: nullable(fc.constantFrom('', 'A', 'AA', 'B', 'ÄÖ', 'a longer text', 'a longer text too')),
      slim: nullable(doubles.map((value) => Math.fround(value))),
      flag: nullable(fc.boolean()),
    }),
  });
}
