import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layoutOf } from '../../../../services/feature/events/event-layout.ts';
import { type NewEvent, storeTileMs } from '../../../../services/feature/store/feature-store.ts';
import { ticksOf } from '../../../../services/feature/store/ingest-clock.ts';
import { partsOf } from '../../../../services/feature/store/redis/commit-part.ts';
import { Connection } from '../../../../services/feature/store/redis/connection.ts';
import { createClosers } from '../../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../../services/kit/log/log.ts';
import { eventsOf, keyBy, numbersOf, unpack } from '../store-rows.ts';
import { type OpenedRedisStore, openRedis } from './opened-redis-store.ts';
import { type RedisServer, redisIsAbsent, startRedis } from './redis-server.ts';

const noon = Date.UTC(2026, 0, 10, 12);
const tile = Math.floor(noon / storeTileMs) * storeTileMs;

describe.skipIf(redisIsAbsent)('stores of several processes on one server', () => {
  let server: RedisServer;
  let prefixes = 0;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  const openTwo = async (): Promise<[OpenedRedisStore, OpenedRedisStore, prefix: string]> => {
    const prefix = `shared ${++prefixes}:`;
    const options = { url: server.url, prefix };
    return [await openRedis(options), await openRedis(options), prefix];
  };

  /** A connection of the test's own to look at and write the keys with. */
  const withConnection = async <T>(
    prefix: string,
    use: (connection: Connection) => Promise<T>,
  ): Promise<T> => {
    const closers = createClosers(silentLog);
    const options = { url: server.url, prefix, allowVolatile: false, timeoutMs: 5000, log: silentLog };
    try {
      return await use(await Connection.open(options, closers));
    } finally {
      await closers.close();
    }
  };

  test('take the same ids at once and count each once, at ingest times that differ', async () => {
    const [one, two] = await openTwo();
    const stores = [one.store, two.store];
    const sources = await Promise.all(stores.map((store) => eventsOf(store)));
    const times: number[] = [];
    const fresh: string[] = [];
    await Promise.all(
      stores.map(async (store, writer) => {
        for (let round = 0; round < 40; round++) {
          const ids = Array.from({ length: 25 }, (_, at) => `${round * 25 + ((at * (writer + 3)) % 25)}`);
          const events = ids.map((id) => sources[writer]!.event({ number: Number(id), timeMs: noon, id }));
          const { ingestTimeMs, duplicates } = await store.commit(events, []);
          times.push(ingestTimeMs);
          fresh.push(...ids.filter((_, at) => duplicates[at] !== true));
        }
      }),
    );
    expect(new Set(times).size).toBe(80);
    expect(fresh.length).toBe(1000);
    expect(new Set(fresh).size).toBe(1000);
    const numbers = await numbersOf(one.store, sources[0]!.indexes.who, 'ann');
    expect(numbers.length).toBe(1000);
    expect(new Set(numbers).size).toBe(1000);
    expect(await numbersOf(two.store, sources[1]!.indexes.all, '*')).toEqual(numbers);
  });

  test('see at the next read what the other has committed, also in a layout that is new to them', async () => {
    const [one, two] = await openTwo();
    const mine = await eventsOf(one.store);
    const theirs = await eventsOf(two.store);
    await one.store.commit([mine.event({ number: 1, timeMs: noon })], []);
    expect(await numbersOf(two.store, theirs.indexes.who, 'ann')).toEqual([1]);
    expect(two.store.lastIngestMs).toBe(one.store.lastIngestMs);
    const wide = layoutOf([
      { name: 'who', datatype: 'BYTES' },
      { name: 'age', datatype: 'INT64' },
    ]);
    const id = await one.store.layoutId(wide);
    const row = Buffer.alloc(wide.fixedBytes);
    row.writeUInt32LE(row.length, 0);
    row.writeUInt32LE(id, 4);
    row.writeDoubleLE(noon, 8);
    row.writeUInt8(0xff, 16);
    const entries = [{ index: mine.indexes.who, key: 'cid' }];
    await one.store.commit([{ stream: 'visits', id: 'wide', eventTimeMs: noon, row, entries }], []);
    await two.store.read(theirs.indexes.who, 'cid', noon, noon);
    expect(two.store.layout(id).signature).toBe(wide.signature);
  });

  test('are told of later sections only, for all places in one answer', async () => {
    const [one, two] = await openTwo();
    const { event, indexes } = await eventsOf(one.store);
    const theirs = await eventsOf(two.store);
    const first = await one.store.commit([event({ number: 1, timeMs: tile, who: 'ann' })], []);
    await one.store.commit(
      [
        event({ number: 2, timeMs: tile, who: 'ann' }),
        event({ number: 3, timeMs: tile - 9 * storeTileMs, who: 'ann' }),
        event({ number: 4, timeMs: tile, who: 'bob' }),
      ],
      [],
    );
    for (let number = 5; number < 60; number++)
      await one.store.commit([event({ number, timeMs: tile + 1, who: 'ann' })], []);
    const places = ['ann', 'bob', 'cid'].map((key) => ({
      index: theirs.indexes.who,
      key,
      afterIngestMs: first.ingestTimeMs,
    }));
    const news = await two.store.shared.since(places);
    expect(news.lastIngestMs).toBe(one.store.lastIngestMs);
    const numbers = news.sections.map((sections) => unpack(sections, two.store).map(({ number }) => number));
    expect(numbers[0]!.slice(0, 2).sort()).toEqual([2, 3]);
    expect(numbers[0]!.slice(2)).toEqual(Array.from({ length: 55 }, (_, at) => at + 5));
    expect(numbers.slice(1)).toEqual([[4], []]);
    const later = places.map((place) => ({ ...place, afterIngestMs: news.lastIngestMs }));
    expect((await two.store.shared.since(later)).sections).toEqual([[], [], []]);
    expect(await two.store.shared.since([])).toEqual({ lastIngestMs: news.lastIngestMs, sections: [] });
    expect(indexes.who.id).toBe(theirs.indexes.who.id);
  });

  test('find what a key got while they did not look for days', async () => {
    const [one, two] = await openTwo();
    const { event, indexes } = await eventsOf(one.store);
    const first = await one.store.commit([event({ number: 0, timeMs: tile })], []);
    for (let day = 1; day < 6; day++) {
      one.clock.nowMs += 86_400_000;
      await one.store.commit([event({ number: day, timeMs: tile + day * 4 * storeTileMs })], []);
    }
    const since = async (afterIngestMs: number) => {
      const { sections } = await two.store.shared.since([{ index: indexes.who, key: 'ann', afterIngestMs }]);
      return unpack(sections[0]!, two.store).map(({ number }) => number);
    };
    await eventsOf(two.store);
    expect(await since(first.ingestTimeMs)).toEqual([1, 2, 3, 4, 5]);
    expect(await since(one.store.lastIngestMs - 3_600_000)).toEqual([5]);
  });

  test('put their events in indexes that only the other has asked for', async () => {
    const [one, two] = await openTwo();
    const old = await eventsOf(one.store, 'visits', ['who']);
    await one.store.commit([old.event({ number: 1, timeMs: noon, where: 'oslo' })], []);
    const { indexes } = await eventsOf(two.store, 'visits', ['who', 'where']);
    await one.store.commit([old.event({ number: 2, timeMs: noon, where: 'oslo' })], []);
    await one.store.commit([old.event({ number: 3, timeMs: noon, where: null })], []);
    expect(await numbersOf(two.store, indexes.where, 'oslo')).toEqual([1, 2]);
  });

  test('may ask for a new index at once, while a third one stores events', async () => {
    const [one, two, prefix] = await openTwo();
    const three = await openRedis({ url: server.url, prefix });
    const source = await eventsOf(three.store, 'visits', ['who']);
    let number = 0;
    const commit = (count: number) =>
      three.store.commit(
        Array.from({ length: count }, () => {
          number++;
          return source.event({ number, timeMs: tile + (number % 7) * storeTileMs, where: `t${number % 3}` });
        }),
        [],
      );
    for (let round = 0; round < 60; round++) await commit(round % 20 === 0 ? 1500 : 40);
    const ensure = ({ store }: OpenedRedisStore) =>
      store.ensureIndex('visits', ['where'], keyBy(store, 'where'));
    let isDone = false;
    const commits = (async () => {
      while (!isDone) await commit(20);
    })();
    const [a, b] = await Promise.all([ensure(one), ensure(two)]);
    isDone = true;
    await commits;
    expect(a).toEqual(b);
    const all = unpack(await one.store.read(source.indexes.who, 'ann', -1e15, 1e15), one.store);
    expect(all.length).toBe(number);
    for (const town of [0, 1, 2])
      expect(unpack(await two.store.read(b, `t${town}`, -1e15, 1e15), two.store)).toEqual(
        all.filter((event) => event.number % 3 === town),
      );
  });

  test('store many large commits at once, each whole and seen whole', async () => {
    const [one, two] = await openTwo();
    const stores = [one.store, two.store];
    const sources = await Promise.all(stores.map((store) => eventsOf(store)));
    let isDone = false;
    const writing = Promise.all(
      stores.map(async (store, writer) => {
        for (let round = 0; round < 3; round++)
          await store.commit(
            Array.from({ length: 5000 }, (_, at) =>
              sources[writer]!.event({
                number: (writer * 3 + round) * 5000 + at,
                timeMs: noon,
                where: `w${at % 1500}`,
                who: 'ann',
              }),
            ),
            [],
          );
      }),
    ).finally(() => {
      isDone = true;
    });
    while (!isDone)
      expect((await numbersOf(one.store, sources[0]!.indexes.who, 'ann')).length % 5000).toBe(0);
    await writing;
    expect(new Set(await numbersOf(two.store, sources[1]!.indexes.who, 'ann')).size).toBe(30_000);
  });

  test('finish the commit of one that died in the middle of it, and none sees half of it', async () => {
    const [one, , prefix] = await openTwo();
    const { event, indexes } = await eventsOf(one.store);
    const events: NewEvent[] = Array.from({ length: 5000 }, (_, number) => event({ number, timeMs: noon }));
    const parts = partsOf(events, [], [], ({ entries }) => entries);
    expect(parts.length).toBeGreaterThan(2);
    const token = randomUUID();
    await withConnection(prefix, async (connection) => {
      for (const [at, part] of parts.entries())
        await connection.send('RPUSH', `p:${token}:${at}`, ...part.arguments());
      const version = Number(await connection.send('GET', 'version'));
      await connection.run('begin', version, 0, ticksOf(noon), 1e9, token, parts.length);
      await connection.run('apply', token, 60_000);
    });
    expect(await numbersOf(one.store, indexes.who, 'ann')).toEqual([]);
    expect(await one.store.lastTile(indexes.who, 'ann', noon)).toBeUndefined();
    expect(one.store.lastIngestMs).toBe(0);
    const { duplicates } = await one.store.commit([event({ number: 4999, timeMs: noon })], []);
    expect(duplicates).toEqual([true]);
    expect((await numbersOf(one.store, indexes.who, 'ann')).length).toBe(5000);
  });

  test('leave nothing of expired tiles on the server, and learn of the edge with their next read', async () => {
    const [one, two, prefix] = await openTwo();
    const { event, indexes } = await eventsOf(one.store);
    const theirs = await eventsOf(two.store);
    const events = Array.from({ length: 3000 }, (_, number) =>
      event({ number, timeMs: tile + (number % 3) * storeTileMs, who: `p${number % 700}` }),
    );
    await one.store.commit(events, []);
    await one.store.expire('visits', tile + 3 * storeTileMs);
    await two.store.read(theirs.indexes.who, 'p1', tile, tile);
    expect(two.store.expiredBefore('visits')).toBe(tile + 3 * storeTileMs);
    const left = (): Promise<string[]> =>
      withConnection('', async (connection) => {
        const keys = (await connection.send('KEYS', `${prefix}[lti]*`)) as Buffer[];
        return keys.map(String).filter((key) => /^(?:l|t|i|log|ids):/.test(key.slice(prefix.length)));
      });
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
    const again = await one.store.commit(
      [event({ number: 1, timeMs: tile + 4 * storeTileMs, who: 'p1' })],
      [],
    );
    expect(again.duplicates).toEqual([false]);
    expect(await numbersOf(two.store, indexes.who, 'p1')).toEqual([1]);
  });
});
