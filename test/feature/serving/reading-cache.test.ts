import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Datatype } from '../../../services/feature/declarations/declarations.ts';
import type { ViewReading } from '../../../services/feature/engine/view-program.ts';
import { ReadingCache } from '../../../services/feature/serving/reading-cache.ts';
import { TextKeys } from '../../../services/feature/serving/row-keys.ts';
import { viewOf } from '../engine/sample-views.ts';

function cacheOf(datatypes: readonly Datatype[]): ReadingCache | undefined {
  const source = { kind: 'latest', field: '' } as const;
  return ReadingCache.of(
    viewOf(
      'latest',
      datatypes.map((datatype) => ({ datatype, source })),
    ),
  );
}

function emptyReading(features: number): ViewReading {
  return {
    found: false,
    eventTimeMs: -1,
    ingestTimeMs: -1,
    nulls: new Uint8Array(features),
    numbers: new Float64Array(features),
    integers: new BigInt64Array(features),
    texts: [],
  };
}

const types = ['INT64', 'FP32', 'FP64', 'BOOL'] as const;
const all = Array.from({ length: 50 }, (_, place) => types[place % types.length]!);

function sample(seed: number, nulls: readonly boolean[], found = true): ViewReading {
  const reading = emptyReading(nulls.length);
  reading.found = found;
  reading.eventTimeMs = seed + 0.5;
  reading.ingestTimeMs = seed + 1 / 1024;
  for (const [place, isNull] of nulls.entries()) {
    reading.nulls[place] = isNull ? 1 : 0;
    if (all[place] === 'INT64') reading.integers[place] = 2n ** 63n - 1n - BigInt(seed * 100 + place);
    else reading.numbers[place] = place === 1 ? 5e-324 : seed / (place + 1);
  }
  return reading;
}

test('views with texts or more features than flags are not cached', () => {
  expect(cacheOf(['FP64', 'BYTES'])).toBeUndefined();
  expect(cacheOf([...all, 'FP64'])).toBeUndefined();
  expect(cacheOf(all)).toBeDefined();
});

test('it gives what was stored last, bit by bit, at the moments it was stored for and at no other', () => {
  const keys = ['key 0', 'key 1', 'k', 'a'.repeat(31), 'a'.repeat(32), 'Ö'];
  const step = fc.record({
    kind: fc.constantFrom('store', 'store', 'invalidate', 'delete'),
    key: fc.constantFrom(...keys),
    fromMs: fc.integer({ min: -3, max: 3 }),
    forMs: fc.integer({ min: 0, max: 4 }),
    seed: fc.nat(1000),
    nulls: fc.array(fc.boolean(), { minLength: 50, maxLength: 50 }),
    found: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const cache = cacheOf(all)!;
      const kept = new Map<string, { fromMs: number; untilMs: number; reading: ViewReading }>();
      for (const { kind, key, fromMs, forMs, seed, nulls, found } of steps) {
        if (kind === 'store') {
          const reading = sample(seed, nulls, found);
          cache.store(key, fromMs, fromMs + forMs, reading);
          kept.set(key, { fromMs, untilMs: fromMs + forMs, reading });
        } else {
          cache[kind as 'invalidate' | 'delete'](key);
          kept.delete(key);
        }
        for (const asked of keys) {
          for (let atMs = -4; atMs < 8; atMs++) {
            const wanted = kept.get(asked);
            const holds = wanted !== undefined && atMs >= wanted.fromMs && atMs < wanted.untilMs;
            const reading = emptyReading(50);
            const located = new Int32Array(2);
            const rows = new TextKeys(['other', asked]);
            cache.locate(rows, located);
            expect(cache.load(rows, 1, located[1]!, atMs, reading)).toBe(holds);
            expect(cache.load(rows, 1, -1, atMs, reading)).toBe(holds);
            if (holds && wanted.reading.found) expect(reading).toEqual(wanted.reading);
            else expect(reading.found).toBe(false);
          }
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('thousands of keys have slots of their own, and those of keys that went are used again', () => {
  const cache = cacheOf(['FP64'])!;
  const reading = emptyReading(1);
  reading.found = true;
  const put = (key: number, value: number) => {
    reading.numbers[0] = value;
    cache.store(`${key}`, 0, 1, reading);
  };
  for (let key = 0; key < 3000; key++) put(key, key);
  for (let key = 0; key < 3000; key += 3) cache.delete(`${key}`);
  for (let key = 3000; key < 4500; key++) put(key, key);
  for (let key = 0; key < 4500; key++) {
    const isThere = key >= 3000 || key % 3 !== 0;
    expect(cache.load(new TextKeys([`${key}`]), 0, -1, 0, reading)).toBe(isThere);
    if (isThere) expect(reading.numbers[0]).toBe(key);
  }
});

test('a key counts as used once for any number of reads', () => {
  const cache = cacheOf(['FP64'])!;
  const reading = emptyReading(1);
  expect(cache.takeUsed('a')).toBe(false);
  cache.store('a', 0, 1, reading);
  expect(cache.takeUsed('a')).toBe(false);
  cache.load(new TextKeys(['a']), 0, -1, 0, reading);
  cache.load(new TextKeys(['a']), 0, -1, 0, reading);
  expect([cache.takeUsed('a'), cache.takeUsed('a')]).toEqual([true, false]);
  cache.load(new TextKeys(['a']), 0, -1, 5, reading);
  expect(cache.takeUsed('a')).toBe(false);
});

test('a key that takes the slot of another is not used because that one was', () => {
  const cache = cacheOf(['FP64'])!;
  const reading = emptyReading(1);
  cache.store('a', 0, 1, reading);
  cache.load(new TextKeys(['a']), 0, -1, 0, reading);
  cache.delete('a');
  cache.store('b', 0, 1, reading);
  expect(cache.takeUsed('b')).toBe(false);
});
