import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchQueue, type Queued } from '../../../services/inference/batching/batch-queue.ts';

const limits = { maxQueuedRows: 20, maxBatchRows: 6 };

type Step =
  | { readonly do: 'add'; readonly key: string | undefined; readonly rows: number; readonly deadline: number }
  | { readonly do: 'remove'; readonly which: number }
  | { readonly do: 'take'; readonly now: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      key: fc.constantFrom(undefined, 'a', 'b', ''),
      rows: fc.integer({ min: 1, max: limits.maxBatchRows }),
      deadline: fc.integer({ min: 0, max: 30 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), which: fc.nat(50) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('take' as const), now: fc.integer({ min: 0, max: 30 }) }),
  },
);

/** Plays steps, checking every batch, and answers how often each admitted request left. */
function play(steps: readonly Step[]): { left: Map<Queued, number>; queue: BatchQueue<Queued> } {
  const queue = new BatchQueue<Queued>(limits);
  const left = new Map<Queued, number>();
  const waiting = new Set<Queued>();
  const leave = (request: Queued): void => {
    left.set(request, left.get(request)! + 1);
    waiting.delete(request);
  };
  for (const [sequence, next] of steps.entries()) {
    if (next.do === 'add') {
      const { key, rows, deadline } = next;
      const request = { key, rows, deadline, sequence };
      const before = queue.rows;
      const added = queue.add(request);
      expect(added).toBe(before + rows <= limits.maxQueuedRows);
      if (added) {
        left.set(request, 0);
        waiting.add(request);
      }
    } else if (next.do === 'remove') {
      const request = [...left.keys()][next.which];
      if (request === undefined) continue;
      const removed = queue.remove(request);
      expect(removed).toBe(waiting.has(request));
      if (removed) leave(request);
    } else {
      const { batch, expired } = queue.take(next.now);
      for (const request of expired) {
        expect(request.deadline).toBeLessThanOrEqual(next.now);
        leave(request);
      }
      checkBatch(batch, waiting, next.now);
      for (const request of batch) leave(request);
    }
    expect(queue.rows).toBeLessThanOrEqual(limits.maxQueuedRows);
    expect(queue.rows).toBe([...waiting].reduce((sum, { rows }) => sum + rows, 0));
  }
  return { left, queue };
}

function checkBatch(batch: readonly Queued[], waiting: ReadonlySet<Queued>, now: number): void {
  expect(new Set(batch.map(({ key }) => key)).size).toBeLessThanOrEqual(1);
  const [first] = batch;
  if (first === undefined) {
    expect([...waiting].every(({ deadline }) => deadline <= now)).toBe(true);
    return;
  }
  expect(batch.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThanOrEqual(limits.maxBatchRows);
  if (first.key === undefined) expect(batch).toHaveLength(1);
  const deadlines = batch.map(({ deadline }) => deadline);
  expect(deadlines).toEqual([...deadlines].sort((a, b) => a - b));
  for (const { deadline } of batch) expect(deadline).toBeGreaterThan(now);
  for (const { deadline } of waiting) expect(deadline).toBeGreaterThanOrEqual(first.deadline);
}

describe('BatchQueue', () => {
  it('lets every request leave exactly once, in batches under the limit that never mix keys', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { left, queue } = play(steps);
        while (queue.rows > 0)
          for (const request of queue.take(-1).batch) left.set(request, left.get(request)! + 1);
        expect([...left.values()].every((count) => count === 1)).toBe(true);
      }),
    );
  });

  it('takes the earliest deadline first, whatever the order of arrival', () => {
    const queue = new BatchQueue<Queued>({ maxQueuedRows: 100, maxBatchRows: 2 });
    for (const [sequence, deadline] of [50, 10, 40, 20, 30].entries())
      queue.add({ key: '', rows: 1, deadline, sequence });
    const order = [1, 2, 3].map(() => queue.take(0).batch.map(({ deadline }) => deadline));
    expect(order).toEqual([[10, 20], [30, 40], [50]]);
  });

  it('gives back everything that waits when it is cleared', () => {
    const queue = new BatchQueue<Queued>(limits);
    for (const [sequence, key] of ['a', undefined, 'b'].entries())
      queue.add({ key, rows: 1, deadline: 1, sequence });
    expect(queue.clear()).toHaveLength(3);
    expect(queue.rows).toBe(0);
  });
});
