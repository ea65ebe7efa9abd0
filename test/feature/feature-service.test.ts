import { expect, test } from 'vitest';
import type { ListFeaturesResponse__Output } from '../../services/gen/scoremesh/feature/v1/ListFeaturesResponse.ts';
import { messageCodec } from '../../services/kit/contract/protos.ts';
import { airportRow, number, startFeatures, testCall, travel } from './fixture.ts';

test('what is declared can be listed, complete as over the wire', async () => {
  const { handlers } = await startFeatures(travel);
  const list = await handlers.ListFeatures({}, testCall());
  expect(list.views.map(({ name }) => name)).toEqual(['airport', 'route', 'system']);
  expect(list.sets.map(({ name, features }) => [name, features.length])).toEqual([
    ['everything', 7],
    ['rates', 2],
  ]);
  const codec = messageCodec<ListFeaturesResponse__Output, ListFeaturesResponse__Output>(
    'scoremesh.feature.v1.ListFeaturesResponse',
  );
  expect(codec.decode(codec.encode(list))).toEqual(list);
});

test('an unknown set is refused with the sets there are', async () => {
  const { handlers } = await startFeatures(travel);
  const rows = [{ entities: {} }];
  await expect(handlers.GetFeatures({ featureSet: 'rate', rows }, testCall())).rejects.toMatchObject({
    reason: 'FEATURE_SET_NOT_FOUND',
    message: 'no feature set is called "rate"; there are everything, rates',
  });
});

test.each([0, 10_001])('a read of %d rows is refused', async (count) => {
  const { handlers } = await startFeatures(travel);
  const rows = Array.from({ length: count }, () => ({ entities: { airport: 'ORD' } }));
  await expect(handlers.GetFeatures({ featureSet: 'rates', rows }, testCall())).rejects.toMatchObject({
    reason: 'INVALID_REQUEST',
  });
});

test('without declarations it runs and has nothing', async () => {
  const { handlers } = await startFeatures('', { declarationsFolder: undefined });
  expect(await handlers.ListFeatures({}, testCall())).toEqual({ views: [], sets: [] });
  const rows = [airportRow('ORD', {})];
  await expect(handlers.Ingest({ rows }, testCall())).rejects.toThrow('there are none');
});

test('rows are counted by view and outcome, reads by set, and the size of the store is known', async () => {
  const { handlers, metrics } = await startFeatures(travel);
  const rows = [airportRow('ORD', { rate: number(1) }), airportRow('ORD', { rate: number(2) })];
  await handlers.Ingest({ rows }, testCall());
  await handlers.Ingest({ rows: [airportRow('', {})] }, testCall()).catch(() => {});
  await handlers.GetFeatures({ featureSet: 'rates', rows: [{ entities: { airport: 'ORD' } }] }, testCall());
  const ingested = (outcome: string) =>
    metrics.value(`scoremesh_feature_ingested_rows_total{airport,${outcome}}`);
  expect(['stored', 'superseded', 'refused'].map(ingested)).toEqual([1, 1, 1]);
  expect(metrics.value('scoremesh_feature_reads_total{rates}')).toBe(1);
  expect(metrics.value('scoremesh_feature_store_bytes')).toBeGreaterThan(0);
});

test('what was taken before it closes is stored, and afterwards it refuses by name', async () => {
  const { handlers, close } = await startFeatures(travel);
  const taken = handlers.Ingest({ rows: [airportRow('ORD', { rate: number(1) })] }, testCall());
  await Promise.all([taken, close()]);
  expect(await taken).toEqual({ stored: 1, superseded: 0 });
  const rows = [{ entities: { airport: 'ORD' } }];
  await expect(handlers.GetFeatures({ featureSet: 'rates', rows }, testCall())).rejects.toMatchObject({
    reason: 'SHUTTING_DOWN',
  });
  await expect(handlers.Ingest({ rows: [] }, testCall())).rejects.toMatchObject({ reason: 'SHUTTING_DOWN' });
});
