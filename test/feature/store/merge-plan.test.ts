import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fullChunkBytes, planMerges } from '../../../services/feature/store/merge-plan.ts';

test('small neighbours become one, full chunks stay', () => {
  expect(planMerges([10, 10, fullChunkBytes, 10, 10, 10], 2)).toEqual([
    { from: 0, to: 2 },
    { from: 3, to: 6 },
  ]);
  expect(planMerges([10, fullChunkBytes, 10], 2)).toEqual([]);
  expect(planMerges([10, 10, 10], 4)).toEqual([]);
});

test('merges are disjoint, in order, of chunks that are not full, and bounded', () => {
  const size = fc.oneof(fc.nat(200), fc.nat(2 * fullChunkBytes));
  fc.assert(
    fc.property(fc.array(size, { maxLength: 80 }), fc.integer({ min: 0, max: 9 }), (sizes, fewest) => {
      const merges = planMerges(sizes, fewest);
      let end = 0;
      for (const { from, to } of merges) {
        expect(from).toBeGreaterThanOrEqual(end);
        expect(to - from).toBeGreaterThanOrEqual(Math.max(2, fewest));
        const merged = sizes.slice(from, to);
        expect(Math.max(...merged)).toBeLessThan(fullChunkBytes);
        expect(merged.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(2 * fullChunkBytes);
        end = to;
      }
    }),
  );
});
