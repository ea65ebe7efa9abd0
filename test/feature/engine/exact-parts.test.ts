import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BigSum } from '../../../services/feature/engine/big-sum.ts';
import { addTerm, type Parts, roundedSum } from '../../../services/feature/engine/exact-parts.ts';
import { bitsOf, doubleOf, exactSum } from './exact-number.ts';

/** Small enough that no sum of some overflows, with ties, cancellation and what is lost in one addition. */
const term = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e280, max: 1e280 }),
  fc.integer({ min: -10_000, max: 10_000 }).map((tenths) => tenths / 10),
  fc
    .tuple(fc.constantFrom(1, -1), fc.integer({ min: -1074, max: 900 }))
    .map(([sign, power]) => sign * 2 ** power),
  fc.constantFrom(0, -0, 5e-324, 1e16, 1, 2 ** 53, 2 ** 53 + 2, 2 ** -54, 1e-16),
);
const terms = fc.array(term, { maxLength: 30 });

function partsOf(all: readonly number[]): Parts {
  const parts: Parts = [];
  for (const each of all) addTerm(parts, each);
  return parts;
}

test('a sum is the exact one rounded once', () => {
  fc.assert(
    fc.property(terms, (all) => {
      expect(bitsOf(roundedSum(partsOf(all)) + 0)).toBe(bitsOf(doubleOf(exactSum(all)) + 0));
    }),
    { numRuns: 2000 },
  );
});

test('a sum is the same in any order, in any groups, and with anything added and taken away', () => {
  fc.assert(
    fc.property(
      terms.chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray(all, { minLength: all.length }),
          fc.nat({ max: all.length }),
          terms,
        ),
      ),
      ([all, shuffled, cut, passing]) => {
        const parts = partsOf(passing);
        for (const part of partsOf(shuffled.slice(0, cut))) addTerm(parts, part);
        for (const each of shuffled.slice(cut)) addTerm(parts, each);
        for (const part of partsOf([...passing].reverse())) addTerm(parts, -part);
        expect(bitsOf(roundedSum(parts) + 0)).toBe(bitsOf(roundedSum(partsOf(all)) + 0));
      },
    ),
    { numRuns: 2000 },
  );
});

test('of two doubles that are equally near, the even one, unless something small decides', () => {
  expect(roundedSum(partsOf([2 ** 53, 1]))).toBe(2 ** 53);
  expect(roundedSum(partsOf([2 ** 53, 3]))).toBe(2 ** 53 + 4);
  expect(roundedSum(partsOf([2 ** 53, 1, 2 ** -1000]))).toBe(2 ** 53 + 2);
  expect(roundedSum(partsOf([2 ** 53, 3, -(2 ** -1000)]))).toBe(2 ** 53 + 2);
  expect(roundedSum(partsOf([-(2 ** 53), -1, -5e-324]))).toBe(-(2 ** 53) - 2);
});

test('nothing stays of terms that were taken away', () => {
  const parts = partsOf([0.1, 1e200, -3.7, 1e-300]);
  for (const each of [1e200, 1e-300, 0.1, -3.7]) addTerm(parts, -each);
  expect(parts).toEqual([]);
});

test('a big sum of doubles of any size is the exact one rounded once', () => {
  const any = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), term);
  fc.assert(
    fc.property(fc.array(any, { maxLength: 20 }), fc.array(any, { maxLength: 5 }), (all, passing) => {
      const sum = new BigSum();
      const gone = new BigSum();
      for (const each of [...passing, ...all]) sum.add(each);
      for (const each of passing) gone.add(each);
      sum.subtract(gone);
      expect(bitsOf(sum.rounded() + 0)).toBe(bitsOf(doubleOf(exactSum(all)) + 0));
    }),
    { numRuns: 1000 },
  );
});

test('a big sum that no double is near is infinite, and finite again without what made it so', () => {
  const sum = new BigSum();
  for (let i = 0; i < 3; i++) sum.add(Number.MAX_VALUE);
  expect(sum.rounded()).toBe(Number.POSITIVE_INFINITY);
  sum.add(-Number.MAX_VALUE);
  sum.add(-Number.MAX_VALUE);
  expect(sum.rounded()).toBe(Number.MAX_VALUE);
});
