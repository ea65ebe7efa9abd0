import { expect, test } from 'vitest';
import { flag, integer, noon, number, text } from '../arrivals.ts';
import { startFeatures, statusesOf, unpack, valuesOf } from '../fixture.ts';
import { full, ord, report, travel } from '../travel.ts';

const everyFeature = [
  'airport.rate',
  'airport.mean',
  'airport.seats',
  'airport.open',
  'airport.city',
  'recent.seats_6h',
  'recent.city_6h',
  'recent.open_6h',
];

test('each type stays what it is', async () => {
  const { read, ingest } = await startFeatures(travel);
  await ingest(report(full));
  const answer = await read(everyFeature, [ord]);
  expect(answer.blocks.map(({ datatype, features }) => [datatype, features])).toEqual([
    ['FP32', 1],
    ['FP64', 1],
    ['INT64', 1],
    ['BOOL', 1],
    ['BYTES', 1],
    ['INT64', 1],
    ['BYTES', 1],
    ['BOOL', 1],
  ]);
  expect(valuesOf(answer)).toEqual([
    Math.fround(0.1),
    0.1,
    9007199254740993n,
    true,
    'Chicago — Ö',
    9007199254740993n,
    'Chicago — Ö',
    true,
  ]);
});

test.each(['-9223372036854775808', '9223372036854775807', '-9007199254740993'])(
  'int64 is exact at %s, also as a sum',
  async (seats) => {
    const { read, ingest } = await startFeatures(travel);
    await ingest(report({ seats: integer(seats) }));
    const first = valuesOf(await read(['airport.seats', 'recent.seats_6h'], [ord]));
    expect(first).toEqual([BigInt(seats), BigInt(seats)]);
    // Of a state, and packed in the cache of readings.
    expect(valuesOf(await read(['airport.seats', 'recent.seats_6h'], [ord]))).toEqual(first);
  },
);

test('a sum beyond 64 bits is null, and a number again when what made it so has left the window', async () => {
  const { read, ingest, clock } = await startFeatures(travel);
  const most = integer('9223372036854775807');
  await ingest(report({ seats: most }, noon - 6 * 3_600_000), report({ seats: most }));
  expect(statusesOf(await read(['recent.seats_6h'], [ord]))).toEqual(['NULL_VALUE']);
  clock.now += 3_600_000;
  expect(valuesOf(await read(['recent.seats_6h'], [ord]))).toEqual([9223372036854775807n]);
});

test('what is not there is NaN, 0, false or empty, with its status', async () => {
  const { read, ingest } = await startFeatures(travel);
  const nothing = [Number.NaN, Number.NaN, 0n, false, '', 0n, '', false];
  const absent = await read(everyFeature, [ord]);
  expect(valuesOf(absent)).toEqual(nothing);
  expect(new Set(statusesOf(absent))).toEqual(new Set(['NOT_FOUND']));
  expect(unpack(absent)[0]!.every(({ eventTime, ingestTime }) => eventTime === 0 && ingestTime === 0)).toBe(
    true,
  );
  const { ingestTime } = await ingest(report());
  const nulls = await read(everyFeature, [ord]);
  expect(valuesOf(nulls)).toEqual(nothing);
  // A sum of nothing is 0.
  expect(statusesOf(nulls)).toEqual(
    everyFeature.map((name) => (name === 'recent.seats_6h' ? 'PRESENT' : 'NULL_VALUE')),
  );
  expect(
    unpack(nulls)[0]!.every((value) => value.eventTime === noon && value.ingestTime === ingestTime),
  ).toBe(true);
});

test('an absent value with a default has it and its status, and a stale one is served, replaced or null as declared', async () => {
  const { read, ingest, clock } = await startFeatures(travel);
  const defaults = [Math.fround(0.1), -1, 9007199254740993n, true, 'nowhere', 0n];
  const absent = await read('filled', [ord]);
  expect(valuesOf(absent)).toEqual(defaults);
  expect(new Set(statusesOf(absent))).toEqual(new Set(['NOT_FOUND']));

  await ingest(report());
  const nulls = await read('filled', [ord]);
  expect(valuesOf(nulls)).toEqual([...defaults.slice(0, 5), 1n]);
  expect(statusesOf(nulls)).toEqual([...new Array(5).fill('NULL_VALUE'), 'PRESENT']);

  await ingest(report({ ...full, open: flag(false) }));
  clock.now = noon + 24 * 3_600_000;
  expect(statusesOf(await read('filled', [ord]))).toEqual([...new Array(5).fill('PRESENT'), 'NOT_FOUND']);
  clock.now += 1;
  const stale = await read('filled', [ord]);
  expect(valuesOf(stale)).toEqual([Math.fround(0.1), 7, 9007199254740993n, true, 'Chicago — Ö', 0n]);
  expect(statusesOf(stale)).toEqual([...new Array(5).fill('OUTSIDE_MAX_AGE'), 'NOT_FOUND']);
});

test('a stale null that would be served stays nothing', async () => {
  const { read, ingest, clock } = await startFeatures(travel);
  await ingest(report());
  clock.now += 25 * 3_600_000;
  const stale = await read('filled', [ord]);
  expect(statusesOf(stale).slice(0, 5)).toEqual(new Array(5).fill('OUTSIDE_MAX_AGE'));
  expect(valuesOf(stale).slice(0, 5)).toEqual([Number.NaN, 7, 0n, true, '']);
});

test('keys and transforms are computed from inputs, features and other transforms', async () => {
  const { read, ingest } = await startFeatures(travel);
  await ingest(report(full), report({ hour: integer(8), mean: number(3) }));
  const inputs = (minute: number) => ({ minute: integer(minute), label: text('on') });
  const answer = await read('derived', [
    { entities: { airport: 'ORD', hour: 'ignored' }, inputs: { ...inputs(439), factor: number(10) } },
    { entities: { airport: 'ORD' }, inputs: inputs(480) },
    { entities: { airport: 'ORD' }, inputs: { minute: number(60) } },
  ]);
  expect(unpack(answer).map((row) => row.map(({ value }) => value))).toEqual([
    [0.1, 1, 'on!', 2],
    [3, 6, 'on!', 12],
    [Number.NaN, -5, '', Number.NaN],
  ]);
  expect(statusesOf(answer).slice(8)).toEqual(['NOT_FOUND', 'NULL_VALUE', 'NULL_VALUE', 'NULL_VALUE']);
  expect(unpack(answer)[1]![1]).toMatchObject({ status: 'PRESENT', eventTime: noon, ingestTime: noon });
});

test('rows with moments of their own are answered in their order, each as of its moment', async () => {
  const { read, ingest } = await startFeatures(travel);
  await ingest(...[1, 2, 3].map((mean) => report({ mean: number(mean) }, noon - 10 + mean)));
  const answer = await read(
    'means',
    [{ ...ord, at: noon - 7 }, ord, { ...ord, at: noon - 9 }, { ...ord, at: noon - 10 }],
    {
      of: noon - 8,
    },
  );
  expect(unpack(answer).map(([mean]) => mean!.value)).toEqual([3, 2, 1, Number.NaN]);
  expect(answer.asOf).toBe(noon - 8);
  expect(Array.from({ length: 4 }, (_, row) => answer.rowMoments.readDoubleLE(row * 8) - noon)).toEqual([
    -7, -8, -9, -10,
  ]);
});
