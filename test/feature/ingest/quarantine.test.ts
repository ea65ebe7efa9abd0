import { expect, test } from 'vitest';
import type { Ingest } from '../../../services/feature/ingest/ingest.ts';
import { Code } from '../../../services/kit/errors/catalogue.ts';
import { arrival, arrivals, arrivalViews, field, noon, number, text } from '../arrivals.ts';
import { startIngest, testCall } from './started-ingest.ts';

const broken = (id: string, note = '') =>
  arrival(id, { hour: number(24), ...(note === '' ? {} : { note: text(note) }) });

async function listed(ingest: Ingest, stream = '', pageSize = 0): Promise<string[][]> {
  const pages: string[][] = [];
  let pageToken = '';
  do {
    const page = await ingest.handlers.ListQuarantine({ stream, pageSize, pageToken }, testCall());
    pages.push(page.events.map(({ event }) => event?.eventId ?? ''));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return pages;
}

const replay = (
  ingest: Ingest,
  request: { stream?: string; quarantineIds?: string[]; discard?: boolean } = {},
) =>
  ingest.handlers.ReplayQuarantine({ stream: '', quarantineIds: [], discard: false, ...request }, testCall());

test('the quarantine is listed oldest first, page by page, with how many there are', async () => {
  const { ingest } = await startIngest();
  const ids = Array.from({ length: 120 }, (_, index) => `e${index}`);
  await ingest.store(
    ids.map((id) => broken(id)),
    testCall(),
  );
  expect((await listed(ingest)).map((page) => page.length)).toEqual([100, 20]);
  expect((await listed(ingest, 'arrivals', 40)).flat()).toEqual(ids);
  expect((await listed(ingest, 'arrivals', 40)).map((page) => page.length)).toEqual([40, 40, 40]);
  const page = await ingest.handlers.ListQuarantine({ stream: '', pageSize: 1, pageToken: '' }, testCall());
  expect(page.total).toBe('120');
  expect(page.events[0]?.rejections).toMatchObject([{ field: 'hour', reason: 'REJECTION_REASON_RANGE' }]);
});

test('a page stays within what a gRPC client takes', async () => {
  const { ingest } = await startIngest();
  const note = 'x'.repeat(60_000);
  const ids = Array.from({ length: 70 }, (_, index) => `e${index}`);
  await ingest.store(
    ids.map((id) => broken(id, note)),
    testCall(),
  );
  const pages = await listed(ingest, '', 1000);
  expect(pages.flat()).toEqual(ids);
  for (const page of pages) expect(page.length).toBeLessThan(36);
});

test('a page that is too large, or goes on from none that was given, is refused', async () => {
  const { ingest } = await startIngest();
  await ingest.store([broken('a'), broken('b')], testCall());
  const list = (stream: string, pageSize: number, pageToken: string) =>
    ingest.handlers.ListQuarantine({ stream, pageSize, pageToken }, testCall());
  const { nextPageToken } = await list('arrivals', 1, '');
  expect((await list('arrivals', 1, nextPageToken)).events).toMatchObject([{ event: { eventId: 'b' } }]);
  const refused = (...fields: string[]) => ({
    code: Code.INVALID_ARGUMENT,
    reason: 'INVALID_REQUEST',
    details: { violations: fields.map((field) => expect.objectContaining({ field })) },
  });
  await expect(list('', 1001, '')).rejects.toMatchObject(refused('page_size'));
  await expect(list('', 1001, 'a\nb')).rejects.toMatchObject(refused('page_size', 'page_token'));
  for (const token of ['zzz', '00000001', `${nextPageToken}A`, nextPageToken.replace(/^./, 'z')])
    await expect(list('arrivals', 0, token)).rejects.toMatchObject(refused('page_token'));
  await expect(list('', 0, nextPageToken)).rejects.toMatchObject(refused('page_token'));
});

test('a stream that is neither declared nor in the quarantine is not found; entries of one keep their name', async () => {
  const { ingest } = await startIngest();
  expect(await listed(ingest, 'arrivals')).toEqual([[]]);
  const notFound = {
    code: Code.NOT_FOUND,
    reason: 'FEATURE_STREAM_NOT_FOUND',
    message: expect.stringMatching(/"departures".*arrivals/),
    details: { metadata: { stream: 'departures' } },
  };
  await expect(listed(ingest, 'departures')).rejects.toMatchObject(notFound);
  await expect(replay(ingest, { stream: 'departures' })).rejects.toMatchObject(notFound);
  await expect(replay(ingest, { stream: 'departures', discard: true })).rejects.toMatchObject(notFound);
  const event = { ...arrival('a'), stream: 'departures' };
  await ingest.quarantine({ event, rejections: [], receivedAt: noon }, testCall());
  expect(await listed(ingest, 'departures')).toEqual([['a']]);
  expect(await replay(ingest, { stream: 'departures' })).toMatchObject({ remaining: '1' });
  expect(await replay(ingest, { stream: 'departures', discard: true })).toMatchObject({ discarded: '1' });
  await expect(listed(ingest, 'departures')).rejects.toMatchObject(notFound);
});

test('after a fix of the declaration what is clean is stored and leaves the quarantine, the rest stays', async () => {
  const { ingest, store, redeclare, metrics } = await startIngest();
  const ids = Array.from({ length: 150 }, (_, index) => `e${index}`);
  await ingest.store(
    ids.map((id) => broken(id)),
    testCall(),
  );
  await ingest.store([broken('note', 'never declared')], testCall());
  const wider = arrivals.fields.map((declared) =>
    declared.name === 'hour' ? field('hour', 'INT64', { max: 24n }) : declared,
  );
  expect(await replay(ingest)).toEqual({ stored: '0', duplicates: '0', remaining: '151', discarded: '0' });
  await redeclare([{ ...arrivals, fields: wider }], arrivalViews);
  await ingest.store([broken('e3')], testCall());
  expect(await replay(ingest)).toEqual({ stored: '149', duplicates: '1', remaining: '1', discarded: '0' });
  expect(store.events).toHaveLength(150);
  expect(await listed(ingest)).toEqual([['note']]);
  expect(metrics.value('scoremesh_feature_quarantined_events')).toBe(1);
  expect(await replay(ingest)).toEqual({ stored: '0', duplicates: '0', remaining: '1', discarded: '0' });
});

test('only the entries that are named are replayed or discarded', async () => {
  const { ingest, store } = await startIngest();
  await ingest.store(
    ['a', 'b', 'c'].map((id) => broken(id)),
    testCall(),
  );
  const second = store.quarantined[1]?.quarantineId ?? '';
  expect(await replay(ingest, { quarantineIds: [second, 'unknown'], discard: true })).toMatchObject({
    discarded: '1',
  });
  expect(await listed(ingest)).toEqual([['a', 'c']]);
  expect(await replay(ingest, { stream: 'arrivals', discard: true })).toMatchObject({ discarded: '2' });
});

test('an event without a time that is replayed happened when it first came', async () => {
  const { ingest, store, clock, redeclare } = await startIngest();
  await ingest.store([arrival('a', { hour: number(24) }, 'absent')], testCall());
  clock.now = noon + 60_000;
  const open = arrivals.fields.map((declared) =>
    declared.name === 'hour' ? field('hour', 'INT64') : declared,
  );
  await redeclare([{ ...arrivals, fields: open }], arrivalViews);
  expect(await replay(ingest)).toMatchObject({ stored: '1' });
  expect(store.events[0]?.eventTimeMs).toBe(noon);
});

test('two replays at once store each event once and count the quarantine right', async () => {
  const { ingest, store, clock, metrics } = await startIngest();
  await ingest.store(
    ['a', 'b'].map((id) => arrival(id, {}, noon + 400_000)),
    testCall(),
  );
  expect(store.quarantined).toHaveLength(2);
  clock.now = noon + 400_000;
  const both = await Promise.all([replay(ingest), replay(ingest)]);
  expect(both.map(({ stored }) => stored)).toEqual(['2', '0']);
  expect(both.map(({ duplicates }) => duplicates)).toEqual(['0', '0']);
  expect(metrics.value('scoremesh_feature_quarantined_events')).toBe(0);
});
