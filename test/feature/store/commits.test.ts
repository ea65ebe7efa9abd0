import { expect, test } from 'vitest';
import { Commits } from '../../../services/feature/store/commits.ts';
import { type Environment, openEnvironment } from '../../../services/feature/store/environment.ts';
import { IdTable } from '../../../services/feature/store/id-table.ts';
import { IndexRegistry } from '../../../services/feature/store/index-registry.ts';
import { QuarantineTable } from '../../../services/feature/store/quarantine-table.ts';
import { StreamNumbers } from '../../../services/feature/store/stream-numbers.ts';
import { openStore, tempFolder } from './opened-store.ts';
import { eventsOf, numbersOf } from './store-rows.ts';

const start = Date.UTC(2026, 0, 1);

test('a commit that comes while one is under way takes effect after it, and knows its ids', async () => {
  const { store, reopen } = await openStore();
  const { event } = await eventsOf(store);
  const events = Array.from({ length: 2000 }, (_, number) => event({ number, timeMs: start }));
  const commits = [
    store.commit(events.slice(0, 1000), []),
    store.commit(events.slice(500, 1500), []),
    store.commit(events.slice(1400), []),
  ];
  const [first, second, third] = await Promise.all(commits);
  const repeated = (commit = first) => commit?.duplicates.filter(Boolean).length;
  expect([repeated(first), repeated(second), repeated(third)]).toEqual([0, 500, 100]);
  expect(second?.ingestTimeMs).toBeGreaterThan(first?.ingestTimeMs ?? 0);
  expect(third?.ingestTimeMs).toBe(store.lastIngestMs);
  const again = await reopen();
  const { indexes } = await eventsOf(again.store);
  const found = await numbersOf(again.store, indexes.all, '*');
  expect(found).toEqual(events.map((_, number) => number));
});

test('a commit is visible before the one behind it, also by itself', async () => {
  const { store } = await openStore();
  const { event, indexes } = await eventsOf(store);
  const first = store.commit([event({ number: 1, timeMs: start })], []);
  const second = store.commit([event({ number: 2, timeMs: start })], []);
  const { ingestTimeMs } = await first;
  expect(store.lastIngestMs).toBe(ingestTimeMs);
  expect(await numbersOf(store, indexes.all, '*')).toEqual([1]);
  await second;
  expect(await numbersOf(store, indexes.all, '*')).toEqual([1, 2]);
});

/** Commits over an environment whose writes can be made to fail. */
async function failingCommits() {
  const real = await openEnvironment(await tempFolder());
  const failures: (Error | undefined)[] = [];
  const environment: Environment = {
    ...real,
    write: async (...parts) => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      await real.write(...parts);
    },
  };
  const meta = environment.table('meta');
  const streams = new StreamNumbers(meta);
  const commits = new Commits({
    environment,
    meta,
    events: environment.table('events'),
    ids: new IdTable(environment.table('ids')),
    index: environment.table('index'),
    streams,
    registry: new IndexRegistry(meta),
    quarantine: new QuarantineTable(environment.table('quarantine'), streams),
    now: () => start,
    noteChunk: () => {},
  });
  return { commits, failures, close: real.close };
}

test('what a commit that failed would have stored is no duplicate for the one behind it', async () => {
  const { commits, failures, close } = await failingCommits();
  const event = (id: string) => ({
    stream: 'visits',
    id,
    eventTimeMs: start,
    row: Buffer.from([4, 0, 0, 0]),
    entries: [],
  });
  await commits.commit([event('a')], []);
  failures.push(undefined, new Error('no room'));
  const outcomes = await Promise.allSettled([
    commits.commit([event('a'), event('b')], []),
    commits.commit([event('b'), event('c')], []),
    commits.commit([event('c'), event('d')], []),
    commits.commit([event('d')], []),
  ]);
  expect(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.duplicates : 'failed')),
  ).toEqual([[true, false], 'failed', [false, false], [true]]);
  expect((await commits.commit(['a', 'b', 'c', 'd', 'e'].map(event), [])).duplicates).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  await close();
});
