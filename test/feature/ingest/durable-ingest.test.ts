import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type LmdbStore, openLmdbStore } from '../../../services/feature/store/lmdb-store.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { arrival, arrivals, arrivalViews, field, noon, number } from '../arrivals.ts';
import { type IngestSetting, type StartedIngest, startIngest, testCall } from './started-ingest.ts';

async function stateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'feature-ingest-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Ingest into a store in this folder, at noon. */
async function open(
  folder: string,
  setting: IngestSetting<LmdbStore> = {},
): Promise<StartedIngest<LmdbStore> & { closeAll(): Promise<void> }> {
  const closers = createClosers(silentLog);
  onTestFinished(() => closers.close());
  const store = await openLmdbStore(folder, { now: () => noon }, closers);
  const started = await startIngest({ ...setting, store });
  const closeAll = async (): Promise<void> => {
    await started.close();
    await closers.close();
  };
  return { ...started, closeAll };
}

test('events are stored once and the quarantine is kept, whenever the process ends and begins again', async () => {
  const folder = await stateFolder();
  const events = [arrival('a'), arrival('', { delay: number(5) }), arrival('bad', { hour: number(24) })];
  const first = await open(folder);
  expect(await first.ingest.store(events, testCall())).toMatchObject({
    stored: 2,
    duplicates: 0,
    quarantined: 1,
  });
  await first.closeAll();

  const second = await open(folder);
  expect(await second.ingest.store(events.slice(0, 2), testCall())).toMatchObject({
    stored: 0,
    duplicates: 2,
  });
  expect(second.metrics.value('scoremesh_feature_quarantined_events')).toBe(1);
  const listed = await second.ingest.handlers.ListQuarantine(
    { stream: 'arrivals', pageSize: 0, pageToken: '' },
    testCall(),
  );
  expect(listed).toMatchObject({
    total: '1',
    nextPageToken: '',
    events: [{ event: arrival('bad', { hour: number(24) }) }],
  });
  await second.closeAll();
});

test('the quarantine is read in pages and replayed after a fix', async () => {
  const { ingest, store, redeclare } = await open(await stateFolder());
  const events = Array.from({ length: 300 }, (_, index) => arrival(`e${index}`, { hour: number(24) }));
  await ingest.store(events, testCall());
  const ids: string[] = [];
  let pageToken = '';
  do {
    const page = await ingest.handlers.ListQuarantine({ stream: '', pageSize: 70, pageToken }, testCall());
    ids.push(...page.events.map(({ event }) => event?.eventId ?? ''));
    pageToken = page.nextPageToken;
    expect(page.total).toBe('300');
  } while (pageToken !== '');
  expect(ids).toEqual(events.map(({ eventId }) => eventId));
  const open24 = arrivals.fields.map((declared) =>
    declared.name === 'hour' ? field('hour', 'INT64') : declared,
  );
  await redeclare([{ ...arrivals, fields: open24 }], arrivalViews);
  const replayed = await ingest.handlers.ReplayQuarantine(
    { stream: 'arrivals', quarantineIds: [], discard: false },
    testCall(),
  );
  expect(replayed).toEqual({ stored: '300', duplicates: '0', remaining: '0', discarded: '0' });
  expect((await store.quarantine('', '', 10)).total).toBe(0);
});

test('a view that is declared while events come finds all of them', async () => {
  const { ingest, store, redeclare, told } = await open(await stateFolder(), { views: [] });
  const send = (prefix: string) =>
    ingest.store(
      Array.from({ length: 500 }, (_, index) => arrival(`${prefix}${index}`)),
      testCall(),
      { patient: true },
    );
  const sent = ['a', 'b', 'c'].map(send);
  const declared = redeclare([arrivals], arrivalViews);
  sent.push(...['d', 'e', 'f'].map(send));
  await Promise.all([...sent, declared]);
  const index = told.at(-1)?.events[0]?.entries.find(({ key }) => key === 'ORD')?.index;
  expect(index?.keyFields).toEqual(['origin']);
  const sections = index === undefined ? [] : await store.read(index, 'ORD', noon, noon);
  let rows = 0;
  for (const section of sections)
    for (let at = 0; at < section.rows.length; at += section.rows.readUInt32LE(at)) rows++;
  expect(rows).toBe(3000);
});

test('requests that fill several commits are each stored whole and once, in order, and a pause among them gets its turn', async () => {
  const { ingest, told, redeclare, closeAll } = await open(await stateFolder());
  const batch = (from: number) =>
    Array.from({ length: 9000 }, (_, index) => arrival(`flight-${from + index}`));
  // Each repeats a third of the one before.
  const sent = [0, 6000, 12_000, 18_000, 24_000, 30_000].map((from) => ingest.store(batch(from), testCall()));
  const declared = redeclare([arrivals], arrivalViews);
  const late = ingest.store(batch(36_000), testCall());
  const answers = await Promise.all([...sent, late]);
  await declared;
  expect(answers.map(({ stored, duplicates }) => [stored, duplicates])).toEqual([
    [9000, 0],
    ...answers.slice(1).map(() => [6000, 3000]),
  ]);
  const ids = told.flatMap(({ events }) => events.map(({ id }) => id));
  expect(ids).toEqual(Array.from({ length: 45_000 }, (_, number) => `flight-${number}`));
  const times = told.map(({ ingestTimeMs }) => ingestTimeMs);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  await closeAll();
});
