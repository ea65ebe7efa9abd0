import { expect, test } from 'vitest';
import { FeatureReader } from '../../../services/feature/serving/feature-reader.ts';
import type { StatusCounts } from '../../../services/feature/serving/status.ts';
import type { FeatureStore } from '../../../services/feature/store/feature-store.ts';
import { requestOf } from '../fixture.ts';
import { baseMs, type Sending } from './sample-service.ts';
import { elsewhere, openSamples } from './sample-store.ts';

const hourMs = 3_600_000;
const columns = ['counts.events_12h'];
const ann = { entities: { who: 'ann' } };
const noCounts = (): StatusCounts => [0, 0, 0, 0, 0];

function happening(id: number, who = 'ann'): Sending {
  const values = { wide: 0.1, text: `text ${id}` };
  return { id, who, spot: undefined, event: { layout: 'new', timeMs: baseMs - (id % 20) * hourMs, values } };
}

/** The store, whose edge moves when it is told to. */
function withEdge(store: FeatureStore): { readonly store: FeatureStore; move(edgeMs: number): void } {
  let edge = Number.NEGATIVE_INFINITY;
  const move = (edgeMs: number): void => {
    edge = edgeMs;
  };
  return { store: { ...store, lastIngestMs: store.lastIngestMs, expiredBefore: () => edge }, move };
}

const expired = { reason: 'FEATURE_HISTORY_EXPIRED' };

test('a batch of a training set whose events go while it is joined is refused', async () => {
  const { store, plan } = await openSamples();
  const { store: edged, move } = withEdge(store);
  const reader = new FeatureReader(edged, 1e8, () => baseMs);
  const join = await reader.join(undefined);
  const rows = new Array(1000).fill(ann);
  const reading = join.read(plan(columns), requestOf(columns, rows), noCounts());
  await new Promise(setImmediate);
  move(baseMs - 6 * hourMs);
  await expect(reading).rejects.toMatchObject(expired);
});

test('a read of the past whose events go while it waits for the store is refused', async () => {
  const { store, plan } = await openSamples();
  for (const as of [{ of: baseMs }, { of: baseMs, known: 0 }]) {
    const { store: edged, move } = withEdge(elsewhere(store, () => 3));
    const reader = new FeatureReader(edged, 1e8, () => baseMs);
    const reading = reader.read(plan(columns), requestOf(columns, [ann], as), noCounts());
    await new Promise(setImmediate);
    move(baseMs - 6 * hourMs);
    await expect(reading).rejects.toMatchObject(expired);
  }
});

test('states of reads take no more than their budget, also when they have grown', async () => {
  const { store, catalog, commit, plan } = await openSamples();
  const maxStateBytes = 200_000;
  const reader = new FeatureReader(store, maxStateBytes, () => baseMs);
  const people = Array.from({ length: 40 }, (_, index) => `person ${index}`);
  const rows = people.map((who) => ({ entities: { who } }));
  const read = () => reader.read(plan(columns), requestOf(columns, rows), noCounts());
  read();
  const small = reader.stateBytes;
  const { events, ingestTimeMs } = await commit(
    people.flatMap((who, person) =>
      Array.from({ length: 100 }, (_, index) => happening(person * 100 + index, who)),
    ),
  );
  for (const { entries, row } of events)
    for (const { index, key } of entries) reader.offer(catalog.readersOf(index), key, row, ingestTimeMs);
  reader.committed(ingestTimeMs);
  expect(reader.stateBytes).toBeGreaterThan(small * 2);
  expect(reader.stateBytes).toBeGreaterThan(maxStateBytes);
  read();
  expect(reader.stateBytes).toBeLessThanOrEqual(maxStateBytes);
  expect(reader.stateBytes).toBeGreaterThan(maxStateBytes / 4);
});

test('with a budget of nothing, nothing stays', async () => {
  const { store, commit, plan } = await openSamples();
  await commit([happening(1)]);
  const reader = new FeatureReader(store, 0, () => baseMs);
  for (const as of [{}, { of: baseMs - 1 }])
    await reader.read(plan(columns), requestOf(columns, [ann], as), noCounts());
  expect(reader.stateBytes).toBe(0);
});

test('values found are counted by status', async () => {
  const { store, commit, plan } = await openSamples();
  await commit([happening(1)]);
  const reader = new FeatureReader(store, 1e8, () => baseMs);
  const counts = noCounts();
  const features = ['counts.events_12h', 'counts.low_3h'];
  await reader.read(plan(features), requestOf(features, [ann, { entities: { who: 'bob' } }]), counts);
  expect(counts).toEqual([0, 1, 1, 2, 0]);
});
