import { describe, expect, test } from 'vitest';
import {
  type EventIndex,
  type FeatureStore,
  ingestTickMs,
  storeTileMs,
} from '../../../services/feature/store/feature-store.ts';
import { storeRecordsContract } from './store-records-contract.ts';
import { eventsOf, keyBy, numbersOf, unpack } from './store-rows.ts';

/** A store that a test has opened. */
export interface OpenedStore {
  readonly store: FeatureStore;
  /** Its clock, Unix ms; stands still unless the test moves it. */
  readonly clock: { nowMs: number };
  /** Closes it and opens what it stored again, at the same clock. Whoever opened it closes what is open after the test. */
  reopen(): Promise<OpenedStore>;
}

const noon = Date.UTC(2026, 0, 10, 12);
const tile = Math.floor(noon / storeTileMs) * storeTileMs;

/** What every store must do. `open` gives an empty one, at `clock.nowMs` 2026-01-10T12:00:00Z. */
export function storeContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name}: ingest times`, () => {
    test('are those of the clock in whole ticks, and one tick later where the clock stands', async () => {
      const { store, clock } = await open();
      const { event } = await eventsOf(store);
      expect(store.lastIngestMs).toBe(0);
      clock.nowMs = noon + 0.7 * ingestTickMs;
      const first = await store.commit([event({ number: 1, timeMs: noon })], []);
      expect(first.ingestTimeMs).toBe(noon);
      const second = await store.commit([event({ number: 2, timeMs: noon })], []);
      expect(second.ingestTimeMs).toBe(noon + ingestTickMs);
      clock.nowMs = noon + 1000;
      const third = await store.commit([event({ number: 3, timeMs: noon })], []);
      expect(third.ingestTimeMs).toBe(noon + 1000);
      expect(store.lastIngestMs).toBe(noon + 1000);
    });

    test('rise when the clock goes back a little and after a restart; a clock far behind is refused', async () => {
      const first = await open();
      const { event } = await eventsOf(first.store);
      await first.store.commit([event({ number: 1, timeMs: noon })], []);
      first.clock.nowMs = noon - 299_000;
      const second = await first.store.commit([event({ number: 2, timeMs: noon })], []);
      expect(second.ingestTimeMs).toBe(noon + ingestTickMs);
      first.clock.nowMs = noon - 301_000;
      await expect(first.store.commit([event({ number: 3, timeMs: noon })], [])).rejects.toMatchObject({
        reason: 'CLOCK_BEHIND',
      });
      first.clock.nowMs = noon;
      const { store } = await first.reopen();
      expect(store.lastIngestMs).toBe(noon + ingestTickMs);
      const again = await eventsOf(store);
      const third = await store.commit([again.event({ number: 3, timeMs: noon })], []);
      expect(third.ingestTimeMs).toBe(noon + 2 * ingestTickMs);
      expect(await numbersOf(store, again.indexes.all, '*')).toEqual([1, 2, 3]);
    });
  });

  describe(`${name}: events`, () => {
    test('are read by each of their keys, in the order of tiles and then of ingest', async () => {
      const { store } = await open();
      const { event, indexes } = await eventsOf(store);
      await store.commit(
        [
          event({ number: 1, timeMs: tile + 5, who: 'ann', where: 'rome' }),
          event({ number: 2, timeMs: tile - 5, who: 'bob', where: 'rome' }),
          event({ number: 3, timeMs: tile + 4, who: 'ann', where: 'oslo' }),
          event({ number: 4, timeMs: tile + 6, who: null, where: 'rome' }),
        ],
        [],
      );
      await store.commit([event({ number: 5, timeMs: tile - 6, who: 'ann', where: 'rome' })], []);
      expect(await numbersOf(store, indexes.who, 'ann')).toEqual([5, 1, 3]);
      expect(await numbersOf(store, indexes.who, 'bob')).toEqual([2]);
      expect(await numbersOf(store, indexes.where, 'rome')).toEqual([2, 5, 1, 4]);
      expect(await numbersOf(store, indexes.all, '*')).toEqual([2, 5, 1, 3, 4]);
      expect(await numbersOf(store, indexes.who, 'an')).toEqual([]);
      expect(await numbersOf(store, indexes.who, 'annn')).toEqual([]);
      const sections = unpack(await store.read(indexes.who, 'ann', tile, tile), store);
      expect(sections).toEqual([
        { number: 1, timeMs: tile + 5, ingestTimeMs: noon },
        { number: 3, timeMs: tile + 4, ingestTimeMs: noon },
      ]);
    });

    test('keep the times at which they came and happened, also far in the past', async () => {
      const { store } = await open();
      const { event, indexes } = await eventsOf(store);
      const times = [-1e14, -storeTileMs, -0.5, 0, 0.25, noon];
      await store.commit(
        times.map((timeMs, number) => event({ number, timeMs })),
        [],
      );
      const found = unpack(await store.read(indexes.who, 'ann', -1e15, noon), store);
      expect(found.map(({ timeMs }) => timeMs)).toEqual(times);
      expect(found.every(({ ingestTimeMs }) => ingestTimeMs === noon)).toBe(true);
    });

    test('of tiles that a read does not touch are left out', async () => {
      const { store } = await open();
      const { event, indexes } = await eventsOf(store);
      const tiles = [0, 1, 2, 3, 4];
      await store.commit(
        tiles.map((number) => event({ number, timeMs: tile + number * storeTileMs })),
        [],
      );
      const read = (from: number, to: number) => numbersOf(store, indexes.who, 'ann', tile + from, tile + to);
      expect(await read(storeTileMs, 3 * storeTileMs)).toEqual([1, 2, 3]);
      expect(await read(storeTileMs - 1, 3 * storeTileMs - 1)).toEqual([0, 1, 2]);
      expect(await read(5 * storeTileMs, 9 * storeTileMs)).toEqual([]);
      expect(await read(2 * storeTileMs, storeTileMs)).toEqual([]);
    });

    test('with keys that are prefixes of one another, or in any script, are told apart', async () => {
      const { store } = await open();
      const { event, indexes } = await eventsOf(store);
      const keys = [
        'a',
        'a ',
        'aa',
        'é',
        'éa',
        '東京',
        '😀',
        '1:ab',
        '~',
        'ÿ',
        'x'.repeat(640),
        '€'.repeat(640),
      ];
      await store.commit(
        keys.map((who, number) => event({ number, timeMs: noon, who })),
        [],
      );
      for (const [number, key] of keys.entries())
        expect(await numbersOf(store, indexes.who, key)).toEqual([number]);
    });

    test('of different streams and indexes do not meet', async () => {
      const { store } = await open();
      const visits = await eventsOf(store, 'visits');
      const sales = await eventsOf(store, 'sales');
      await store.commit(
        [
          visits.event({ number: 1, timeMs: noon, id: 'same', who: 'x', where: 'x' }),
          sales.event({ number: 2, timeMs: noon, id: 'same', who: 'x', where: 'y' }),
        ],
        [],
      );
      expect(await numbersOf(store, visits.indexes.who, 'x')).toEqual([1]);
      expect(await numbersOf(store, visits.indexes.where, 'x')).toEqual([1]);
      expect(await numbersOf(store, sales.indexes.who, 'x')).toEqual([2]);
      expect(await numbersOf(store, sales.indexes.where, 'x')).toEqual([]);
    });

    test('with an id that was there count once, the first, also within a commit and after a restart', async () => {
      const first = await open();
      const { event, indexes } = await eventsOf(first.store);
      const commit = await first.store.commit(
        [
          event({ number: 1, timeMs: noon, id: 'a' }),
          event({ number: 2, timeMs: noon, id: 'b' }),
          event({ number: 3, timeMs: noon + 1, id: 'a' }),
          event({ number: 4, timeMs: noon, id: 'é'.repeat(128) }),
        ],
        [],
      );
      expect(commit.duplicates).toEqual([false, false, true, false]);
      const later = await first.store.commit([event({ number: 5, timeMs: 0, id: 'b' })], []);
      expect(later.duplicates).toEqual([true]);
      expect(later.ingestTimeMs).toBeGreaterThan(commit.ingestTimeMs);
      expect(await numbersOf(first.store, indexes.who, 'ann')).toEqual([1, 2, 4]);
      const { store } = await first.reopen();
      const again = await eventsOf(store);
      const last = await store.commit(
        ['a', 'é'.repeat(128), 'é'.repeat(127), 'c'].map((id, at) =>
          again.event({ number: 6 + at, timeMs: noon, id }),
        ),
        [],
      );
      expect(last.duplicates).toEqual([true, true, false, false]);
      expect(await numbersOf(store, again.indexes.who, 'ann')).toEqual([1, 2, 4, 8, 9]);
    });

    test('of a large commit are all there, and of many small ones too', async () => {
      const { store } = await open();
      const { event, indexes } = await eventsOf(store);
      const numbers = Array.from({ length: 2500 }, (_, number) => number);
      const large = numbers.map((number) => event({ number, timeMs: noon + number, pad: 30 }));
      expect((await store.commit(large, [])).duplicates.some((duplicate) => duplicate)).toBe(false);
      for (let number = 2500; number < 2600; number++)
        await store.commit([event({ number, timeMs: noon + number })], []);
      expect(await numbersOf(store, indexes.who, 'ann')).toEqual([
        ...numbers,
        ...Array.from({ length: 100 }, (_, at) => 2500 + at),
      ]);
    });

    test('are found by the tile that was the last before a moment', async () => {
      const { store } = await open();
      const { event, indexes } = await eventsOf(store);
      expect(await store.lastTile(indexes.who, 'ann', noon)).toBeUndefined();
      await store.commit([event({ number: 1, timeMs: tile - 90 * storeTileMs })], []);
      await store.commit([event({ number: 2, timeMs: tile + 1 })], []);
      await store.commit([event({ number: 3, timeMs: tile - 90 * storeTileMs + 7 })], []);
      const at = async (atMs: number, key = 'ann') => {
        const found = await store.lastTile(indexes.who, key, atMs);
        return found === undefined
          ? undefined
          : [found.startMs, unpack(found.sections, store).map(({ number }) => number)];
      };
      expect(await at(tile + 5 * storeTileMs)).toEqual([tile, [2]]);
      expect(await at(tile)).toEqual([tile, [2]]);
      expect(await at(tile - 1)).toEqual([tile - 90 * storeTileMs, [1, 3]]);
      expect(await at(tile - 90 * storeTileMs)).toEqual([tile - 90 * storeTileMs, [1, 3]]);
      expect(await at(tile - 90 * storeTileMs - 1)).toBeUndefined();
      expect(await at(noon, 'bob')).toBeUndefined();
      expect(await at(noon, 'an')).toBeUndefined();
    });

    test('lie in bytes that stay as they are while more is stored and read', async () => {
      const { store } = await open();
      const { event, indexes } = await eventsOf(store);
      await store.commit([event({ number: 1, timeMs: noon, who: 'ann', pad: 3000 })], []);
      await store.commit([event({ number: 2, timeMs: noon, who: 'bob', pad: 3000 })], []);
      const sections = await store.read(indexes.who, 'ann', noon, noon);
      await store.read(indexes.who, 'bob', noon, noon);
      await store.commit([event({ number: 3, timeMs: noon, who: 'cid', pad: 9000 })], []);
      await store.read(indexes.who, 'cid', noon, noon);
      expect(unpack(sections, store).map(({ number }) => number)).toEqual([1]);
    });

    test('are seen whole or not at all by reads during their commit', async () => {
      const { store } = await open();
      const { event, indexes } = await eventsOf(store);
      let isDone = false;
      const events = Array.from({ length: 3000 }, (_, number) => event({ number, timeMs: noon }));
      const commit = store.commit(events, []).then(() => {
        isDone = true;
      });
      while (!isDone) {
        const before = isDone;
        const count = (await numbersOf(store, indexes.who, 'ann')).length;
        if (before || count > 0) expect(count).toBe(3000);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await commit;
      expect((await numbersOf(store, indexes.who, 'ann')).length).toBe(3000);
    });
  });

  describe(`${name}: indexes`, () => {
    test('are the same for the same fields, also after a restart', async () => {
      const first = await open();
      const { indexes } = await eventsOf(first.store);
      const again = await eventsOf(first.store);
      expect(again.indexes.who.id).toBe(indexes.who.id);
      const { store } = await first.reopen();
      const reopened = await eventsOf(store);
      expect(reopened.indexes).toEqual(indexes);
    });

    test('that are new are filled from the events that are there', async () => {
      const { store } = await open();
      const before = await eventsOf(store, 'visits', ['who']);
      for (let number = 0; number < 100; number++)
        await store.commit(
          Array.from({ length: 30 }, (_, part) =>
            before.event({
              number: number * 30 + part,
              timeMs: tile + (part % 4) * storeTileMs,
              where: part % 3 === 0 ? null : `town ${part % 5}`,
            }),
          ),
          [],
        );
      const { indexes } = await eventsOf(store, 'visits', ['where', 'all']);
      const all = unpack(await store.read(before.indexes.who, 'ann', tile, tile + 9 * storeTileMs), store);
      expect(all.length).toBe(3000);
      expect(unpack(await store.read(indexes.all, '*', tile, tile + 9 * storeTileMs), store)).toEqual(all);
      for (let town = 0; town < 5; town++)
        expect(
          unpack(await store.read(indexes.where, `town ${town}`, tile, tile + 9 * storeTileMs), store),
        ).toEqual(all.filter(({ number }) => (number % 30) % 3 !== 0 && (number % 30) % 5 === town));
    });

    test('miss no event that was stored while they were not asked for', async () => {
      const first = await open();
      const both = await eventsOf(first.store);
      await first.store.commit([both.event({ number: 1, timeMs: noon })], []);
      const second = await first.reopen();
      const one = await eventsOf(second.store, 'visits', ['who']);
      await second.store.commit([one.event({ number: 2, timeMs: noon })], []);
      const third = await second.reopen();
      const again = await eventsOf(third.store, 'visits', ['who', 'where']);
      await third.store.commit([again.event({ number: 3, timeMs: noon })], []);
      expect(await numbersOf(third.store, again.indexes.where, 'rome')).toEqual([1, 2, 3]);
      const all = await third.store.ensureIndex('visits', [], () => '*');
      expect(await numbersOf(third.store, all, '*')).toEqual([1, 2, 3]);
      const fourth = await third.reopen();
      const last = await eventsOf(fourth.store);
      for (const [index, key] of [
        [last.indexes.who, 'ann'],
        [last.indexes.where, 'rome'],
        [last.indexes.all, '*'],
      ] as [EventIndex, string][])
        expect(await numbersOf(fourth.store, index, key)).toEqual([1, 2, 3]);
    });

    test('miss no event whose sender did not know them', async () => {
      const { store } = await open();
      const old = await eventsOf(store, 'visits', ['who']);
      const where = await store.ensureIndex('visits', ['where'], keyBy(store, 'where'));
      await store.commit([old.event({ number: 1, timeMs: noon, where: 'oslo' })], []);
      expect(await numbersOf(store, where, 'oslo')).toEqual([1]);
    });
  });

  storeRecordsContract(name, open);

  test(`${name}: the size is told`, async () => {
    const { store } = await open();
    expect(store.sizeBytes()).toBeGreaterThan(0);
  });
}
