import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../services/feature/store/lmdb-store.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { noon, number, text } from '../arrivals.ts';
import { requestOf, type Started, startFeatures, statusesOf, testCall, valuesOf } from '../fixture.ts';

const dayMs = 86_400_000;
const moods = `
entities: { person: { keys: [who] } }
streams: { notes: { retention: 3d, fields: { who: { type: text }, mood: { type: float64 } } } }
views:
  days: { stream: notes, entity: person, windows: { sum_1d: { aggregate: sum, field: mood, window: 1d, tile: 1h } } }
  newest: { stream: notes, entity: person, latest: { mood: {} } }
`;
const windows = ['days.sum_1d'];
const newest = ['newest.mood'];
const ann = { entities: { who: 'ann' } };

function note(days: number, mood: number) {
  const fields = { who: text('ann'), mood: number(mood) };
  return { stream: 'notes', eventId: `${mood}`, eventTime: noon - days * dayMs, fields };
}

/** Moves the clock by a day and lets everything go that the retention no longer covers: the edge is two days before the first noon. */
async function aDayLater(started: Started): Promise<Started> {
  await started.close();
  started.clock.now = noon + dayMs;
  const closers = createClosers(silentLog);
  const store = await openLmdbStore(started.folder, { now: () => started.clock.now }, closers);
  await store.expire('notes', noon - 2 * dayMs);
  await store.compact();
  await closers.close();
  return started.restart();
}

async function withNotes(): Promise<Started> {
  const started = await startFeatures(moods);
  await started.ingest(note(2.5, 1), note(1.75, 2), note(1, 4));
  return started;
}

const expired = (view: string) => ({
  reason: 'FEATURE_HISTORY_EXPIRED',
  message: expect.stringMatching(
    new RegExp(`^view ${view} as of .* of stream notes from before 2000-12-30T12:00:00.000Z`),
  ),
  details: { metadata: { view, stream: 'notes', edge: String(noon - 2 * dayMs) } },
});

test('a window within the retention says the same before and after older events are gone', async () => {
  const started = await withNotes();
  const as = { of: noon - dayMs, known: noon };
  const before = await started.read(windows, [ann], as);
  expect(valuesOf(before)).toEqual([6]);
  const later = await aDayLater(started);
  expect(await later.read(windows, [ann], as)).toEqual(before);
  expect(await later.read(windows, [ann], { ...as, known: undefined })).toEqual(before);
  await later.ingest(note(-0.5, 8));
  expect(await later.read(windows, [ann], as)).toEqual(before);
});

test('a window that reaches beyond the retention is refused, however it is read', async () => {
  const later = await aDayLater(await withNotes());
  const beyond = noon - dayMs - 1;
  await expect(later.read(windows, [ann], { of: beyond })).rejects.toMatchObject(expired('days'));
  await expect(later.read(windows, [ann], { of: beyond, known: noon })).rejects.toMatchObject(
    expired('days'),
  );
  await expect(later.read(windows, [ann, { ...ann, at: beyond }])).rejects.toMatchObject(expired('days'));
  async function* batches() {
    yield { batch: requestOf(windows, [{ ...ann, at: beyond }]) };
  }
  const built = later.handlers.BuildTrainingSet(batches(), testCall());
  await expect(built[Symbol.asyncIterator]().next()).rejects.toMatchObject(expired('days'));
});

test('a latest value within the retention is the same, and refused where an older one may have been', async () => {
  const started = await withNotes();
  const at = (days: number) => ({ of: noon - days * dayMs, known: noon });
  const before = await Promise.all([1, 1.75, 1.8].map((days) => started.read(newest, [ann], at(days))));
  expect(before.map(valuesOf)).toEqual([[4], [2], [1]]);
  const later = await aDayLater(started);
  expect(await later.read(newest, [ann], at(1))).toEqual(before[0]);
  expect(await later.read(newest, [ann], at(1.75))).toEqual(before[1]);
  await expect(later.read(newest, [ann], at(1.8))).rejects.toMatchObject(expired('newest'));
  await expect(later.read(newest, [ann], { of: noon - 2.1 * dayMs })).rejects.toMatchObject(
    expired('newest'),
  );
  const bob = { entities: { who: 'bob' } };
  await expect(later.read(newest, [bob], at(1))).rejects.toMatchObject(expired('newest'));
  expect(statusesOf(await later.read(newest, [bob]))).toEqual(['NOT_FOUND']);
});

test('a latest value that is older than the stream keeps is forgotten, gone or not', async () => {
  const started = await withNotes();
  started.clock.now = noon + 2 * dayMs;
  expect(valuesOf(await started.read(newest, [ann]))).toEqual([4]);
  started.clock.now += 1;
  expect(statusesOf(await started.read(newest, [ann]))).toEqual(['NOT_FOUND']);
  const again = await started.restart();
  expect(statusesOf(await again.read(newest, [ann]))).toEqual(['NOT_FOUND']);
});

test('the service lets go at its start what the retention no longer covers, and takes no such event any more', async () => {
  const started = await withNotes();
  await started.close();
  // Kept for reads as of moments within the retention, which reach back by as much: twice three days.
  started.clock.now = noon + 4 * dayMs;
  // Closing waits until it is done.
  await (await started.restart()).close();
  const later = await started.restart();
  await expect(later.read(windows, [ann], { of: noon - dayMs - 1 })).rejects.toMatchObject(expired('days'));
  expect(await later.ingest(note(2.5, 16))).toMatchObject({
    quarantined: 1,
    rejections: [{ reason: 'REJECTION_REASON_EXPIRED' }],
  });
});

test('a key that was never seen is not found as of any moment in the retention, and refused beyond', async () => {
  const first = await withNotes();
  // Closing waits until what is to go at the start has gone.
  await first.close();
  const started = await first.restart();
  const bob = { entities: { who: 'bob' } };
  for (const days of [0.5, 1, 2.9])
    expect(statusesOf(await started.read(newest, [bob], { of: noon - days * dayMs }))).toEqual(['NOT_FOUND']);
  await expect(started.read(newest, [bob], { of: noon - 4 * dayMs })).rejects.toMatchObject({
    reason: 'FEATURE_HISTORY_EXPIRED',
  });
});
