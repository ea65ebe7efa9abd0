import fc from 'fast-check';
import type { Datatype, View, ViewFeature } from '../../../services/feature/declarations/declarations.ts';
import { conditionSources, datatypes, type FieldName, fieldNames, stream } from './sample-events.ts';

export function viewOf(
  kind: View['kind'],
  features: readonly Omit<ViewFeature, 'name' | 'description'>[],
  where?: string,
): View {
  return {
    name: 'view',
    description: '',
    stream,
    entity: undefined,
    keyFields: [],
    where,
    maxAgeMs: undefined,
    kind,
    features: features.map((feature, index) => ({ name: `feature${index}`, description: '', ...feature })),
    digest: '',
  };
}

const aggregated = fc.oneof(
  fc.record({ aggregate: fc.constant('count'), datatype: fc.constantFrom('INT64', 'FP32', 'FP64') }),
  fc.record({
    aggregate: fc.constant('rate'),
    datatype: fc.constantFrom('FP32', 'FP64'),
    condition: fc.constantFrom(...conditionSources),
  }),
  fc.record({
    aggregate: fc.constant('distinct'),
    datatype: fc.constantFrom('INT64', 'FP64'),
    field: fc.constantFrom(...fieldNames),
  }),
  ...(['wide', 'whole', 'slim'] as const).flatMap((field) => [
    fc.record({
      aggregate: fc.constantFrom('sum', 'min', 'max', 'last'),
      field: fc.constant(field),
      datatype: fc.constantFrom(datatypes[field] === 'INT64' ? 'INT64' : 'FP64', 'FP32', 'FP64'),
    }),
    fc.record({
      aggregate: fc.constant('mean'),
      field: fc.constant(field),
      datatype: fc.constantFrom('FP32', 'FP64'),
    }),
  ]),
  ...(['text', 'flag'] as const).map((field) =>
    fc.record({
      aggregate: fc.constant('last'),
      field: fc.constant(field),
      datatype: fc.constant(datatypes[field]),
    }),
  ),
) as fc.Arbitrary<{ aggregate: 'count'; datatype: Datatype; field?: FieldName; condition?: string }>;

const where = fc.option(fc.constantFrom(...conditionSources), { nil: undefined, freq: 2 });

/** Some equally long, and one that may reach further back than a longer one. */
const windows = [
  { windowMs: 1, tileMs: 1 },
  { windowMs: 12, tileMs: 1 },
  { windowMs: 12, tileMs: 3 },
  { windowMs: 12, tileMs: 12 },
  { windowMs: 15, tileMs: 5 },
  { windowMs: 60, tileMs: 60 },
  { windowMs: 64, tileMs: 8 },
];

const windowFeature = fc
  .tuple(aggregated, where, fc.constantFrom(...windows))
  .map(([{ aggregate, datatype, field, condition }, where, { windowMs, tileMs }]) => ({
    datatype,
    source: { kind: 'window' as const, aggregate, field, condition, where, windowMs, tileMs },
  }));

/** Views of up to eight features of any aggregate, windows and tiles. */
export const windowedViews: fc.Arbitrary<View> = fc
  .tuple(fc.array(windowFeature, { minLength: 1, maxLength: 8 }), where)
  .map(([features, where]) => viewOf('windowed', features, where));

export const latestViews: fc.Arbitrary<View> = where.map((where) =>
  viewOf(
    'latest',
    fieldNames.map((field) => ({ datatype: datatypes[field], source: { kind: 'latest', field } })),
    where,
  ),
);
