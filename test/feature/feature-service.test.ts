import { expect, test } from 'vitest';
import type { ListFeaturesResponse__Output } from '../../services/gen/scoremesh/feature/v1/ListFeaturesResponse.ts';
import { messageCodec } from '../../services/kit/contract/protos.ts';
import { noon, number } from './arrivals.ts';
import { startFeatures, testCall, valuesOf } from './fixture.ts';
import { full, ord, report, travel } from './travel.ts';

test('what is declared can be listed, complete as over the wire', async () => {
  const { handlers } = await startFeatures(travel);
  const list = await handlers.ListFeatures({ featureSet: '' }, testCall());
  expect(list.streams.map(({ name }) => name)).toEqual(['reports']);
  expect(list.entities.map(({ name }) => name)).toEqual(['airport', 'route']);
  expect(list.views.map(({ name }) => name)).toEqual(['airport', 'recent', 'route', 'system']);
  expect(list.sets.map(({ name, features }) => [name, features.length])).toEqual([
    ['derived', 4],
    ['everything', 7],
    ['filled', 6],
    ['means', 2],
    ['shares', 2],
    ['wanted', 2],
  ]);
  const codec = messageCodec<ListFeaturesResponse__Output, ListFeaturesResponse__Output>(
    'scoremesh.feature.v1.ListFeaturesResponse',
  );
  expect(codec.decode(codec.encode(list))).toEqual(list);
});

test('one set can be listed, by its name and by its digest', async () => {
  const { handlers } = await startFeatures(travel);
  const { sets } = await handlers.ListFeatures({ featureSet: 'means' }, testCall());
  expect(sets).toHaveLength(1);
  const again = await handlers.ListFeatures({ featureSet: `means@${sets[0]!.digest}` }, testCall());
  expect(again.sets).toEqual(sets);
});

test('an event is in the next read of its key, of a set or of features by name', async () => {
  const { ingest, read } = await startFeatures(travel);
  expect(await ingest(report(full))).toMatchObject({ stored: 1, duplicates: 0, quarantined: 0 });
  expect(valuesOf(await read('everything', [ord]))).toEqual([
    Math.fround(0.1),
    0.1,
    1n,
    0.1,
    9007199254740993n,
    true,
    'Chicago — Ö',
  ]);
  expect(valuesOf(await read(['recent.seats_6h', 'airport.city'], [ord]))).toEqual([
    9007199254740993n,
    'Chicago — Ö',
  ]);
});

test('without declarations it runs and has nothing', async () => {
  const { handlers, ingest } = await startFeatures('');
  expect(await handlers.ListFeatures({ featureSet: '' }, testCall())).toEqual({
    views: [],
    sets: [],
    streams: [],
    entities: [],
  });
  await expect(ingest(report())).rejects.toThrow('there are none');
});

test('events, reads and values are counted, and the sizes of the store and of the states are known', async () => {
  const { ingest, read, metrics } = await startFeatures(travel);
  await ingest(report({ mean: number(1) }), report({}, noon, 'twice'), report({}, noon, 'twice'));
  await read('means', [ord, { entities: { airport: 'JFK' } }]);
  const values = (status: string) => metrics.value(`scoremesh_feature_values_total{means,${status}}`);
  expect(metrics.value('scoremesh_feature_reads_total{means}')).toBe(1);
  expect(['PRESENT', 'NULL_VALUE', 'NOT_FOUND', 'OUTSIDE_MAX_AGE'].map(values)).toEqual([2, 1, 1, 0]);
  expect(metrics.value('scoremesh_feature_store_bytes')).toBeGreaterThan(0);
  expect(metrics.value('scoremesh_feature_state_bytes')).toBeGreaterThan(0);
});

test('what was taken before it closes is stored, and afterwards it refuses by name', async () => {
  const started = await startFeatures(travel);
  const taken = started.ingest(report({ mean: number(3) }));
  await Promise.all([taken, started.close()]);
  expect(await taken).toMatchObject({ stored: 1 });
  const stopping = { reason: 'SHUTTING_DOWN' };
  await expect(started.read('means', [ord])).rejects.toMatchObject(stopping);
  await expect(started.ingest(report())).rejects.toMatchObject(stopping);
  await expect(started.declare('streams: {}')).rejects.toMatchObject(stopping);
  const again = await started.restart();
  expect(valuesOf(await again.read('means', [ord]))).toEqual([3, 1n]);
});

test('faults of the declarations keep it from starting, with all of them named', async () => {
  const broken = travel.replace('stream: reports', 'stream: report').replace('tile: 5m', 'tile: 7m');
  await expect(startFeatures(broken)).rejects.toMatchObject({
    reason: 'CONFIG_INVALID',
    message: expect.stringMatching(/2 faults.*views.airport.stream.*views.system.windows.reports_1h/s),
  });
});
