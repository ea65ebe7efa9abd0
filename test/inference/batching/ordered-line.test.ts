import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptySums, OrderedLine, type Standing } from '../../../services/inference/batching/ordered-line.ts';

const inOrder = (a: Standing, b: Standing): number => a.deadline - b.deadline || a.sequence - b.sequence;

function sumsOf(items: readonly Standing[]): ReturnType<typeof emptySums> {
  const sums = emptySums();
  for (const { rows, share, bytes } of items) {
    sums.count++;
    sums.rows += rows;
    sums.share += share;
    sums.bytes += bytes;
  }
  return sums;
}

function itemsOf(line: OrderedLine<Standing>): Standing[] {
  const items: Standing[] = [];
  line.takeFromFront((item) => {
    items.push(item);
    return 'skip';
  });
  return items;
}

const deadline = fc.integer({ min: 0, max: 1000 });
const step = fc.oneof(
  { weight: 20, arbitrary: fc.record({ do: fc.constant('add' as const), deadline }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('remove' as const), which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('take' as const),
      upTo: fc.nat(200),
      every: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

describe('OrderedLine', () => {
  it('agrees with a sorted list in what it holds, sums and takes', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 200, maxLength: 600, size: 'max' }), (steps) => {
        const line = new OrderedLine<Standing>();
        let list: Standing[] = [];
        for (const [sequence, next] of steps.entries()) {
          if (next.do === 'add') {
            const rows = 1 + (sequence % 3);
            const item = { deadline: next.deadline, sequence, rows, share: 2 * rows, bytes: 10 * rows };
            const before = emptySums();
            line.addBefore(item, before);
            expect(before).toEqual(sumsOf(list.filter((other) => inOrder(other, item) < 0)));
            line.add(item);
            list.push(item);
            list.sort(inOrder);
          } else if (next.do === 'remove') {
            const item = list[next.which % Math.max(1, list.length)];
            if (item === undefined) continue;
            expect(line.remove(item)).toBe(true);
            expect(line.remove(item)).toBe(false);
            list = list.filter((other) => other !== item);
          } else {
            let looked = 0;
            const taken: Standing[] = [];
            line.takeFromFront((item) => {
              if (looked === next.upTo) return 'stop';
              if (looked++ % next.every !== 0) return 'skip';
              taken.push(item);
              return 'take';
            });
            expect(taken).toEqual(list.slice(0, next.upTo).filter((_, i) => i % next.every === 0));
            list = list.filter((item) => !taken.includes(item));
          }
          expect(line.sums).toEqual(sumsOf(list));
          expect(line.first).toBe(list[0]);
        }
        expect(itemsOf(line)).toEqual(list);
        expect(line.clear()).toEqual(list);
        expect(line.sums).toEqual(emptySums());
      }),
      { numRuns: 30 },
    );
  });
});
