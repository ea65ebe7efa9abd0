import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DistinctValues } from '../../../services/feature/engine/distinct-values.ts';
import { hashBytes } from '../../../services/feature/engine/value-hash.ts';
import { drive, hourMs, minuteMs, windowed, windowedView } from './driven-state.ts';

const noon = Date.UTC(2026, 0, 10, 12);

function hashOf(value: number): number {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return hashBytes(bytes);
}

function valuesOf(hashes: Iterable<number>): DistinctValues {
  const values = new DistinctValues();
  for (const hash of hashes) values.add(hash);
  return values;
}

function* hashesFrom(first: number, count: number): Generator<number> {
  for (let value = first; value < first + count; value++) yield hashOf(value);
}

test('values are hashed as the reference code of HalfSipHash-2-4 does', () => {
  // vectors_hsip64 of github.com/veorq/SipHash, by the length of 00 01 02 ..: the lower 53 bits of 64.
  const vectors: readonly (readonly [number, string])[] = [
    [0, '218d1f59b9b83cc8'],
    [1, 'be552412f8387315'],
    [3, 'ce0f1a45f7060679'],
    [4, 'd5e78a175be52ea1'],
    [7, 'ff202728b07bc684'],
    [8, 'edfee820bce4858c'],
    [15, '217d0bcb4e81c902'],
    [63, '2ea63c71bf326087'],
  ];
  for (const [length, hex] of vectors) {
    const bytes = Buffer.from(Array.from({ length }, (_, index) => index));
    const wanted = Buffer.from(hex, 'hex').readBigUInt64LE() & (2n ** 53n - 1n);
    expect(BigInt(hashBytes(bytes)), `of ${length} bytes`).toBe(wanted);
  }
});

test('up to 256 different values are counted exactly, however often they come', () => {
  const values = new DistinctValues();
  for (let round = 0; round < 3; round++) for (const hash of hashesFrom(0, 256)) values.add(hash);
  expect(values.count()).toBe(256);
});

test('more values are estimated within five standard errors of 1.6 %', () => {
  for (const count of [257, 1000, 5000, 20_000, 200_000]) {
    const found = valuesOf(hashesFrom(1e6, count)).count();
    expect(Math.abs(found / count - 1), `of ${count}, ${found}`).toBeLessThan(5 * 0.01625);
  }
});

test('the count depends on the set of values only: not on order, repetition or how they were merged', () => {
  const group = fc.tuple(fc.nat(900), fc.nat(400));
  fc.assert(
    fc.property(fc.array(group, { minLength: 1, maxLength: 8 }), (groups) => {
      const all = groups.flatMap(([first, count]) => [...hashesFrom(first, count)]);
      const merged = new DistinctValues();
      for (const [first, count] of groups) merged.merge(valuesOf(hashesFrom(first, count)));
      const backwards = valuesOf([...new Set(all)].reverse());
      const set = new Set(all);
      expect(merged.count()).toBe(backwards.count());
      if (set.size <= 256) expect(merged.count()).toBe(set.size);
    }),
    { numRuns: 300 },
  );
});

test('a window from which many different values leave counts as one that never had them', () => {
  const view = windowedView(windowed({ aggregate: 'distinct', field: 'whole' }));
  const sliding = drive(view, noon - hourMs);
  // 0 to 600 a tile: some tiles are estimated, some are not, the window now is and now is not.
  const offered: { readonly timeMs: number; readonly whole: bigint }[] = [];
  for (let tile = 0; tile < 40; tile++) {
    const atMs = noon + tile * 5 * minuteMs;
    const many = [600, 3, 0, 0, 0, 0, 0, 100][tile % 8] ?? 0;
    sliding.advance(atMs);
    for (let value = 0; value < (tile < 20 ? many : Math.min(many, 9)); value++) {
      const event = { timeMs: atMs, whole: BigInt(value * (1 + (tile % 3))) };
      offered.push(event);
      sliding.offer(event.timeMs, { whole: event.whole });
    }
    const fresh = drive(view, atMs);
    for (const { timeMs, whole } of offered) fresh.offer(timeMs, { whole });
    const counted = sliding.read().integers[0];
    expect(counted, `tile ${tile}`).toBe(fresh.read().integers[0]);
    const inWindow = offered.filter(({ timeMs }) => timeMs >= atMs - hourMs).map(({ whole }) => whole);
    const exact = new Set(inWindow).size;
    if (exact <= 256) expect(counted).toBe(BigInt(exact));
  }
});
