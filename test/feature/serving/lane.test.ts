import { expect, test } from 'vitest';
import type { ViewReading } from '../../../services/feature/engine/view-program.ts';
import { EventRow } from '../../../services/feature/events/event-row.ts';
import { Lane } from '../../../services/feature/serving/lane.ts';
import { TextKeys } from '../../../services/feature/serving/row-keys.ts';
import { MemoryBudget } from '../../../services/feature/serving/state-cache.ts';
import type { FeatureStore } from '../../../services/feature/store/feature-store.ts';
import { baseMs, type Sending } from './sample-service.ts';
import { elsewhere, openSamples, type SampleStore } from './sample-store.ts';

const hourMs = 3_600_000;
const tileMs = 6 * hourMs;
let ids = 0;

function happening(timeMs: number, wide = 1): Sending {
  return {
    id: ids++,
    who: 'ann',
    spot: 1n,
    event: { layout: 'new', timeMs, values: { wide, whole: 1n, text: `${wide}` } },
  };
}

/** A lane over the store, and how often it read from it. */
async function openLane(given: SampleStore, store: FeatureStore = given.store) {
  const reads = { tiles: 0, ranges: [] as [number, number][] };
  const counting: FeatureStore = {
    ...store,
    read: (index, key, fromMs, toMs) => {
      reads.ranges.push([fromMs - baseMs, toMs - baseMs]);
      return store.read(index, key, fromMs, toMs);
    },
    lastTile: (...args) => {
      reads.tiles++;
      return store.lastTile(...args);
    },
  };
  const budget = new MemoryBudget(1e9);
  let known = given.store.lastIngestMs;
  const lane = new Lane({
    store: counting,
    row: new EventRow((id) => store.layout(id)),
    known: () => known,
    budget,
  });
  const cursor = new EventRow((id) => store.layout(id));
  const views = given.catalog.current.views;
  const sourceOf = (name: string) => {
    const [source] = given.plan([`${name}.${views.get(name)!.features[0]!.name}`]).views;
    return source!.source;
  };
  const read = (view: string, atMs: number, key = 'ann'): ViewReading => {
    const source = sourceOf(view);
    const reading = source.program.reading();
    lane.read(lane.view(source), new TextKeys([key]), 0, -1, atMs, reading);
    return reading;
  };
  return {
    lane,
    budget,
    reads,
    sourceOf,
    read,
    count: (atMs: number) => {
      const { found, integers } = read('counts', atMs);
      return found ? Number(integers[0]) : 0;
    },
    /** Commits events and offers them, as ingest does. */
    ingest: async (...sendings: Sending[]) => {
      const { events, ingestTimeMs } = await given.commit(sendings);
      for (const { entries, row } of events) {
        cursor.set(row, 0);
        for (const { index, key } of entries)
          for (const source of given.catalog.readersOf(index)) lane.offer(source, key, cursor, ingestTimeMs);
      }
      known = ingestTimeMs;
    },
  };
}

test('reads of a state that is there go to the store only when they come to events that were not loaded', async () => {
  const given = await openSamples();
  await given.commit([happening(baseMs - hourMs)]);
  const { count, reads, ingest } = await openLane(given);
  expect(count(baseMs)).toBe(1);
  expect(reads.ranges).toHaveLength(1);
  await ingest(happening(baseMs - 2 * hourMs), happening(baseMs + 1), happening(baseMs + tileMs));
  expect([count(baseMs), count(baseMs + 1), count(baseMs + tileMs - 1)]).toEqual([2, 3, 3]);
  expect(reads.ranges).toHaveLength(1);
  expect(count(baseMs + tileMs)).toBe(4);
  expect(reads.ranges.slice(1)).toEqual([[tileMs, 2 * tileMs]]);
});

test('a read of an earlier moment is right, and so is the next of a later one', async () => {
  const given = await openSamples();
  const { count, ingest } = await openLane(given);
  await ingest(happening(baseMs - 2), happening(baseMs - 1), happening(baseMs));
  expect([0, -1, -2, -3, 0].map((offset) => count(baseMs + offset))).toEqual([3, 2, 1, 0, 3]);
});

test('after a long time only what the window reaches is read', async () => {
  const given = await openSamples();
  await given.commit([0, 1, 2, 3].map((days) => happening(baseMs + days * 24 * hourMs)));
  const { count, reads } = await openLane(given);
  expect(count(baseMs)).toBe(1);
  const later = 3 * 24 * hourMs;
  expect(count(baseMs + later + 1)).toBe(1);
  // The longest window and its tile are a day each.
  expect(reads.ranges.at(-1)).toEqual([later - 24 * hourMs, later + tileMs]);
});

test('after a long time the latest value is looked for from the end', async () => {
  const given = await openSamples();
  await given.commit(Array.from({ length: 40 }, (_, tiles) => happening(baseMs + tiles * tileMs, tiles)));
  const { read, reads } = await openLane(given);
  expect(read('newest', baseMs + 1).numbers[0]).toBe(0);
  const before = reads.tiles;
  expect(read('newest', baseMs + 39 * tileMs).numbers[0]).toBe(39);
  expect(read('newest', baseMs + 400 * tileMs).numbers[0]).toBe(39);
  expect(reads.tiles - before).toBe(2);
});

test('a latest value that was found is kept where nothing newer counts', async () => {
  const given = await openSamples();
  // The view counts positive wholes only.
  const dull = (tiles: number): Sending => {
    const sending = happening(baseMs + tiles * tileMs);
    return { ...sending, event: { ...sending.event, values: { whole: -1n } } };
  };
  await given.commit([happening(baseMs, 5), ...[1, 2, 3, 4, 5, 6].map(dull)]);
  const { read, reads } = await openLane(given);
  for (const tiles of [0, 2, 3, 6]) expect(read('newest', baseMs + tiles * tileMs).numbers[0]).toBe(5);
  // Each tile once, and one more to see that what is before was loaded.
  expect(reads.tiles).toBe(1 + 3 + 2 + 4);
  const after = reads.tiles;
  expect(read('newest', baseMs + 6 * tileMs + 1).numbers[0]).toBe(5);
  expect(reads.tiles).toBe(after);
});

test('of events on the edge of a tile of the store none is lost or doubled', async () => {
  const given = await openSamples();
  const edge = baseMs + tileMs;
  const before = edge - 2 ** -12;
  await given.commit([happening(before, 1), happening(edge, 2), happening(edge, 3)]);
  const { count, read } = await openLane(given);
  const newest = (atMs: number) => read('newest', atMs).numbers[0];
  expect([before, edge, before, edge].map(count)).toEqual([1, 3, 1, 3]);
  expect([before, edge, before, edge].map(newest)).toEqual([1, 3, 1, 3]);
});

test('a place that is prepared from before an edge of a tile to after it holds what is on the edge', async () => {
  const given = await openSamples();
  const edge = baseMs + tileMs;
  const before = edge - 2 ** -12;
  await given.commit([happening(before, 1), happening(edge, 2)]);
  const { lane, read, sourceOf } = await openLane(given);
  lane.prepare({ source: sourceOf('newest'), key: 'ann', fromMs: before, toMs: edge + hourMs });
  expect([before, edge].map((atMs) => read('newest', atMs).numbers[0])).toEqual([1, 2]);
});

test('states are counted by what they have grown to', async () => {
  const given = await openSamples();
  const { count, budget, ingest } = await openLane(given);
  expect(count(baseMs)).toBe(0);
  const before = budget.usedBytes;
  await ingest(
    ...Array.from({ length: 64 }, (_, index) => ({
      ...happening(baseMs - index * hourMs),
      event: {
        layout: 'new' as const,
        timeMs: baseMs - (index % 24) * hourMs,
        values: { text: `${index}`, wide: 0.1 },
      },
    })),
  );
  expect(budget.usedBytes).toBeGreaterThan(before + 64 * 50);
});

test('closing gives the memory back', async () => {
  const given = await openSamples();
  const { count, budget, lane } = await openLane(given);
  count(baseMs);
  expect(budget.usedBytes).toBeGreaterThan(0);
  lane.close();
  expect(budget.usedBytes).toBe(0);
});

test('a place that was not prepared is not read from a store that is elsewhere', async () => {
  const given = await openSamples();
  const { lane, read, sourceOf } = await openLane(
    given,
    elsewhere(given.store, () => 0),
  );
  expect(() => read('counts', baseMs)).toThrow('was not prepared');
  await lane.prepare({ source: sourceOf('counts'), key: 'ann', fromMs: baseMs, toMs: baseMs });
  expect(read('counts', baseMs).found).toBe(false);
});
