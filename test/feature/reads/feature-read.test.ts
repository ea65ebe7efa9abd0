import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Status } from '../../../services/feature/reads/reply.ts';
import type { GetFeaturesResponse__Output } from '../../../services/gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import { messageCodec, protos } from '../../../services/kit/contract/protos.ts';
import {
  airportRow,
  flag,
  integer,
  noon,
  number,
  startFeatures,
  testCall,
  text,
  travel,
  unpack,
} from '../fixture.ts';

const everything = (airport: string) => ({
  entities: { airport, origin: 'ORD', destination: 'SFO', other: 'x' },
});

async function startFilled(now = noon) {
  const started = await startFeatures(travel, { now: () => now });
  const values = {
    rate: number(0.5),
    mean: number(0.1),
    count: integer('7'),
    open: flag(true),
    city: text('Ōsaka'),
  };
  await started.handlers.Ingest(
    {
      rows: [
        airportRow('ORD', values, noon - 60_000),
        airportRow('old', values, noon - 86_400_001),
        airportRow('edge', values, noon - 86_400_000),
        airportRow('nulls', { mean: {}, city: text('') }),
        { view: 'system', keys: {}, values: { rate: number(0.25) }, eventTime: null },
        {
          view: 'route',
          keys: { origin: 'ORD', destination: 'SFO' },
          values: { rate: number(-1) },
          eventTime: null,
        },
      ],
    },
    testCall(),
  );
  return started;
}

test('each value has its status, its times, and nothing where it is not present', async () => {
  const { handlers, metrics } = await startFilled();
  const rows = ['ORD', 'old', 'edge', 'nulls', 'nowhere'].map(everything);
  const reply = await handlers.GetFeatures({ featureSet: 'everything', rows }, testCall());
  expect(reply.asOf).toBe(noon);
  expect(reply.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(reply.blocks.map(({ datatype, features }) => [datatype, features])).toEqual([
    ['FP32', 3],
    ['FP64', 1],
    ['INT64', 1],
    ['BOOL', 1],
    ['BYTES', 1],
  ]);
  const { statuses, values, eventTimes, ingestTimes } = unpack(reply);
  const none = Number.NaN;
  expect(values).toEqual([
    [0.5, -1, 0.25, none, -1, 0.25, 0.5, -1, 0.25, none, -1, 0.25, none, -1, 0.25],
    [0.1, none, 0.1, none, none],
    [7n, 0n, 7n, 0n, 0n],
    [1, 0, 1, 0, 0],
    ['Ōsaka', '', 'Ōsaka', '', ''],
  ]);
  expect(statuses).toEqual(
    [
      [1, 1, 1, 1, 1, 1, 1],
      [4, 1, 1, 4, 4, 4, 4],
      [1, 1, 1, 1, 1, 1, 1],
      [2, 1, 1, 2, 2, 2, 1],
      [3, 1, 1, 3, 3, 3, 3],
    ].flat(),
  );
  expect(eventTimes.filter((_, index) => index % 7 === 0)).toEqual([
    noon - 60_000,
    noon - 86_400_001,
    noon - 86_400_000,
    noon,
    0,
  ]);
  expect(ingestTimes.filter((_, index) => index % 7 === 0)).toEqual([noon, noon, noon, noon, 0]);
  const counted = (status: string) => metrics.value(`scoremesh_feature_values_total{everything,${status}}`);
  expect(['PRESENT', 'NULL_VALUE', 'NOT_FOUND', 'OUTSIDE_MAX_AGE'].map(counted)).toEqual([21, 4, 5, 5]);
});

test('every number lies where a typed array can be laid over it, in small replies and large ones', async () => {
  const { handlers } = await startFilled();
  for (const count of [1, 2, 3, 1000]) {
    const rows = Array.from({ length: count }, () => everything('ORD'));
    const { blocks, eventTimes } = await handlers.GetFeatures({ featureSet: 'everything', rows }, testCall());
    expect(eventTimes.byteOffset % 8).toBe(0);
    const [rates, means, counts] = blocks.map(({ data }) => data);
    expect([...new Float32Array(rates!.buffer, rates!.byteOffset, count * 3)].slice(-3)).toEqual([
      0.5, -1, 0.25,
    ]);
    expect([...new Float64Array(means!.buffer, means!.byteOffset, count)].at(-1)).toBe(0.1);
    expect([...new BigInt64Array(counts!.buffer, counts!.byteOffset, count)].at(-1)).toBe(7n);
  }
});

test('a reply comes over the wire as it was, and earlier replies are not touched by later reads', async () => {
  const { handlers } = await startFilled();
  const codec = messageCodec<GetFeaturesResponse__Output, GetFeaturesResponse__Output>(
    'scoremesh.feature.v1.GetFeaturesResponse',
  );
  const kept: { reply: GetFeaturesResponse__Output; bytes: Buffer }[] = [];
  for (let index = 0; index < 300; index++) {
    const rows = [everything(index % 2 === 0 ? 'ORD' : 'nowhere'), everything('old')];
    const reply = await handlers.GetFeatures({ featureSet: 'everything', rows }, testCall());
    kept.push({ reply, bytes: codec.encode(reply) });
  }
  for (const { reply, bytes } of kept) expect(codec.decode(bytes)).toEqual(reply);
});

test('reading many rows at once gives what reading them one by one gives', async () => {
  const { handlers } = await startFilled();
  const airport = fc.constantFrom('ORD', 'old', 'edge', 'nulls', 'nowhere');
  await fc.assert(
    fc.asyncProperty(fc.array(airport, { minLength: 1, maxLength: 12 }), async (airports) => {
      const read = async (names: string[]) =>
        unpack(
          await handlers.GetFeatures({ featureSet: 'everything', rows: names.map(everything) }, testCall()),
        );
      const together = await read(airports);
      const alone = await Promise.all(airports.map((name) => read([name])));
      expect(together.statuses).toEqual(alone.flatMap((reply) => reply.statuses));
      expect(together.eventTimes).toEqual(alone.flatMap((reply) => reply.eventTimes));
      for (const [block, values] of together.values.entries())
        expect(values).toEqual(alone.flatMap((reply) => reply.values[block]));
    }),
    { numRuns: 40 },
  );
});

test.each<[string, Record<string, string>, string, RegExp]>([
  [
    'missing',
    { airport: 'ORD' },
    'ENTITY_MISSING',
    /row 1 names no entity "origin"; feature set everything needs airport/,
  ],
  ['empty', { airport: '', origin: 'a', destination: 'b' }, 'ENTITY_MISSING', /names no entity "airport"/],
  [
    'too long',
    { airport: 'x'.repeat(257), origin: 'a', destination: 'b' },
    'INVALID_REQUEST',
    /257 characters/,
  ],
])('an entity that is %s is named', async (_what, entities, reason, message) => {
  const { handlers } = await startFilled();
  const rows = [everything('ORD'), { entities }];
  await expect(handlers.GetFeatures({ featureSet: 'everything', rows }, testCall())).rejects.toMatchObject({
    reason,
    message: expect.stringMatching(message),
  });
});

test('statuses have the numbers of the proto', () => {
  const { type } = protos()['scoremesh.scoring.v1.FeatureStatus'] as unknown as {
    type: { value: { name: string; number: number }[] };
  };
  const declared = type.value.map(({ name, number }) => [name.replace('FEATURE_STATUS_', ''), number]);
  expect(Object.entries(Status)).toEqual(declared.slice(1));
});
