import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeTileMs } from '../../../../services/feature/store/feature-store.ts';
import type { RedisStore } from '../../../../services/feature/store/redis/redis-store.ts';
import { type Events, eventsOf, type Found, unpack } from '../store-rows.ts';
import { openRedis } from './opened-redis-store.ts';
import { type RedisServer, redisIsAbsent, startRedis } from './redis-server.ts';

const start = Date.UTC(2026, 0, 1);
const people = ['a', 'aa', 'b'];

type Stored = Found & { readonly who: string };

interface Step {
  readonly writer: number;
  readonly large: boolean;
  readonly expireTile: number | undefined;
  readonly events: readonly { readonly id: number; readonly time: number; readonly who: number }[];
}

const step: fc.Arbitrary<Step> = fc.record({
  writer: fc.nat(1),
  large: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  expireTile: fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.nat(5) },
  ),
  events: fc.array(fc.record({ id: fc.nat(200), time: fc.nat(8 * storeTileMs), who: fc.nat(2) }), {
    maxLength: 15,
  }),
});

describe.skipIf(redisIsAbsent)('two stores on one server', () => {
  let server: RedisServer;
  let prefixes = 0;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  test('after any commits and expiries of both read what a plain list says, whole and since any time', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        const options = { url: server.url, prefix: `model ${++prefixes}:` };
        const opened = [await openRedis(options), await openRedis(options)];
        const sources = await Promise.all(opened.map(({ store }) => eventsOf(store, 'visits', ['who'])));
        const model: Stored[] = [];
        const known = new Set<string>();
        let edgeMs = Number.NEGATIVE_INFINITY;
        let number = 0;
        for (const { writer, large, expireTile, events } of steps) {
          const { store } = opened[writer]!;
          const { event } = sources[writer]!;
          if (expireTile !== undefined) {
            edgeMs = Math.max(edgeMs, start + expireTile * storeTileMs);
            await store.expire('visits', edgeMs);
          }
          const drafts = large
            ? Array.from({ length: 2200 }, (_, at) => ({
                id: `l${number + at}`,
                time: at * 9_973,
                who: at % 3,
              }))
            : events.map((one) => ({ ...one, id: `${one.id}` }));
          const added = drafts
            .filter(({ time }) => start + time >= edgeMs)
            .map(({ id, time, who }) => ({ id, timeMs: start + time, who: people[who]!, number: number++ }));
          const { ingestTimeMs, duplicates } = await store.commit(added.map(event), []);
          for (const [at, { id, who, timeMs, number: own }] of added.entries()) {
            // The id of an event that has expired may or may not be forgotten.
            if (edgeMs === Number.NEGATIVE_INFINITY) expect(duplicates[at]).toBe(known.has(id));
            known.add(id);
            if (duplicates[at] !== true) model.push({ number: own, timeMs, ingestTimeMs, who });
          }
        }
        for (const [at, { store }] of opened.entries()) await compare(store, sources[at]!, model, edgeMs);
        const whole = await eventsOf(opened[0]!.store, 'visits', ['all']);
        const all = await opened[0]!.store.read(whole.indexes.all, '*', start, start + 9 * storeTileMs);
        expect(from(edgeMs, unpack(all, opened[0]!.store))).toEqual(inTiles(from(edgeMs, model)));
      }),
      { numRuns: 40 },
    );
  });
});

async function compare(store: RedisStore, { indexes }: Events, model: readonly Stored[], edgeMs: number) {
  const index = indexes.who;
  for (const who of people) {
    const own = from(
      edgeMs,
      model.filter((event) => event.who === who),
    );
    for (const [first, last] of [
      [0, 8],
      [2, 4],
    ] as const) {
      const read = await store.read(index, who, start + first * storeTileMs, start + last * storeTileMs);
      expect(from(edgeMs, unpack(read, store))).toEqual(
        inTiles(own.filter(({ timeMs }) => tileOf(timeMs) >= first && tileOf(timeMs) <= last)),
      );
    }
    const times = [...new Set(own.map(({ ingestTimeMs }) => ingestTimeMs))];
    const afterIngestMs = times[Math.floor(times.length / 2)] ?? 1;
    const { sections } = await store.shared.since([{ index, key: who, afterIngestMs }]);
    const later = own.filter(({ ingestTimeMs }) => ingestTimeMs > afterIngestMs);
    const found = from(edgeMs, unpack(sections[0]!, store));
    expect(inTiles(found)).toEqual(inTiles(later));
    expect(found.map(({ ingestTimeMs }) => ingestTimeMs)).toEqual(
      found.map(({ ingestTimeMs }) => ingestTimeMs).sort((a, b) => a - b),
    );
  }
}

function tileOf(timeMs: number): number {
  return Math.floor((timeMs - start) / storeTileMs);
}

function from(edgeMs: number, events: readonly Found[]): Found[] {
  return events
    .filter(({ timeMs }) => timeMs >= edgeMs)
    .map(({ number, timeMs, ingestTimeMs }) => ({ number, timeMs, ingestTimeMs }));
}

function inTiles(events: readonly Found[]): Found[] {
  return [...events].sort((a, b) => tileOf(a.timeMs) - tileOf(b.timeMs));
}
