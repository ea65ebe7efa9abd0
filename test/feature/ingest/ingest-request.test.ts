import { expect, test } from 'vitest';
import type { FeatureRow__Output } from '../../../services/gen/scoremesh/feature/v1/FeatureRow.ts';
import type { Value__Output } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import {
  airportRow,
  flag,
  integer,
  noon,
  number,
  startFeatures,
  testCall,
  text,
  timestamp,
  travel,
  unpack,
} from '../fixture.ts';

async function refusal(rows: FeatureRow__Output[]): Promise<MeshError> {
  const { handlers, metrics } = await startFeatures(travel);
  const error: unknown = await handlers.Ingest({ rows }, testCall()).catch((caught: unknown) => caught);
  if (!(error instanceof MeshError)) throw new Error(`not refused: ${String(error)}`);
  expect(metrics.value('scoremesh_feature_ingested_rows_total{airport,stored}')).toBe(0);
  return error;
}

async function violationsOf(rows: FeatureRow__Output[]): Promise<Record<string, string>> {
  const error = await refusal(rows);
  expect(error.reason).toBe('FEATURE_ROW_INVALID');
  return Object.fromEntries(
    (error.details.violations ?? []).map(({ field, description }) => [field, description]),
  );
}

const tensor: Value__Output = {
  kind: 'tensor',
  tensor: { datatype: 'FP32', shape: ['1'], data: Buffer.alloc(4) },
};

test.each<[string, string, Value__Output, RegExp]>([
  ['NaN', 'rate', number(Number.NaN), /is NaN, which is not finite/],
  ['infinity', 'mean', number(Number.POSITIVE_INFINITY), /not finite/],
  ['a number beyond float32', 'rate', number(1e39), /float32 can't hold/],
  ['text for a number', 'rate', text('1'), /is of kind text; the feature takes a number or an integer/],
  ['a fraction for an integer', 'count', number(1.5), /is 1.5, not a whole number/],
  ['an inexact number for an integer', 'count', number(2 ** 53), /send it as an integer/],
  ['an integer beyond 64 bits', 'count', integer('9223372036854775808'), /beyond 64 bits/],
  ['an integer that is none', 'count', integer('12x'), /not an integer/],
  ['a flag for an integer', 'count', flag(true), /takes an integer/],
  ['a number for a flag', 'open', number(1), /takes a flag/],
  ['a number for text', 'city', number(1), /takes text/],
  ['too long a text', 'city', text('é'.repeat(40_000)), /80000 bytes of UTF-8; a text has at most 65536/],
  ['a tensor', 'rate', tensor, /is of kind tensor/],
  ['a feature that is not declared', 'rat', number(1), /no such feature; the view has rate, mean, count/],
])('%s is refused', async (_what, feature, value, description) => {
  const violations = await violationsOf([airportRow('ORD', {}), airportRow('SFO', { [feature]: value })]);
  expect(Object.keys(violations)).toEqual([`rows[1].values.${feature}`]);
  expect(Object.values(violations)[0]).toMatch(description);
});

test.each<[string, Partial<FeatureRow__Output>, string, RegExp]>([
  ['a missing key', { keys: {} }, 'keys.airport', /missing or empty/],
  ['an empty key', { keys: { airport: '' } }, 'keys.airport', /missing or empty/],
  ['too long a key', { keys: { airport: 'x'.repeat(257) } }, 'keys.airport', /257 characters; at most 256/],
  ['a key with a control character', { keys: { airport: 'a\u0000' } }, 'keys.airport', /control character/],
  ['a broken key', { keys: { airport: '\ud800' } }, 'keys.airport', /surrogate/],
  [
    'an unknown key',
    { keys: { airport: 'ORD', city: 'x' } },
    'keys.city',
    /no such key field; it has airport/,
  ],
  ['the far future', { eventTime: timestamp(noon + 300_001) }, 'event_time', /300 s in the future/],
  ['a broken time', { eventTime: { seconds: 'x', nanos: 0 } }, 'event_time', /no valid Timestamp/],
  ['negative nanos', { eventTime: { seconds: '1', nanos: -1 } }, 'event_time', /no valid Timestamp/],
])('a row with %s is refused', async (_what, change, field, description) => {
  const violations = await violationsOf([{ ...airportRow('ORD', {}), ...change }]);
  expect(Object.keys(violations)).toEqual([`rows[0].${field}`]);
  expect(Object.values(violations)[0]).toMatch(description);
});

test('many faults are told at once, but not all of ten thousand', async () => {
  const rows = Array.from({ length: 10_000 }, () => airportRow('', { rate: number(Number.NaN) }));
  const error = await refusal(rows);
  expect(error.details.violations).toHaveLength(20);
  expect(error.message).toContain('(and 19999 more)');
});

test('an unknown view is refused with the views there are', async () => {
  const error = await refusal([{ ...airportRow('ORD', {}), view: 'airports' }]);
  expect(error.reason).toBe('FEATURE_VIEW_NOT_FOUND');
  expect(error.message).toContain('"airports"; there are airport, route, system');
});

test.each([0, 10_001])('a request of %d rows is refused', async (count) => {
  const error = await refusal(Array.from({ length: count }, () => airportRow('ORD', {})));
  expect(error.reason).toBe('INVALID_REQUEST');
});

test('of a request with one bad row none is stored', async () => {
  const { handlers } = await startFeatures(travel);
  const rows = [airportRow('ORD', { rate: number(1) }), airportRow('ORD', { rate: number(Number.NaN) })];
  await expect(handlers.Ingest({ rows }, testCall())).rejects.toThrow('none of the rows was stored');
  const reply = await handlers.GetFeatures(
    { featureSet: 'rates', rows: [{ entities: { airport: 'ORD' } }] },
    testCall(),
  );
  expect(unpack(reply).statuses).toEqual([3, 3]);
});

test('what a type allows is stored exactly, beyond 2^53 too', async () => {
  const { handlers } = await startFeatures(travel);
  const values = ['9007199254740993', '-9223372036854775808', '9223372036854775807', '-1'];
  const rows = values.map((value, index) =>
    airportRow(`A${index}`, {
      rate: integer('3'),
      count: integer(value),
      mean: number(0.1),
      city: text('Zürich'),
    }),
  );
  rows.push(airportRow('A4', { count: number(-7), open: flag(true), rate: number(3.4028234663852886e38) }));
  await handlers.Ingest({ rows }, testCall());
  const reply = await handlers.GetFeatures(
    {
      featureSet: 'everything',
      rows: rows.map((_, index) => ({ entities: { airport: `A${index}`, origin: 'x', destination: 'y' } })),
    },
    testCall(),
  );
  const [, means, counts, flags, cities] = unpack(reply).values;
  expect(counts).toEqual([...values.map(BigInt), -7n]);
  expect(means).toEqual([0.1, 0.1, 0.1, 0.1, Number.NaN]);
  expect(flags).toEqual([0, 0, 0, 0, 1]);
  expect(cities).toEqual(['Zürich', 'Zürich', 'Zürich', 'Zürich', '']);
});
