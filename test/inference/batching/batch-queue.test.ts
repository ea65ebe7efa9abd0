import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchQueue, type Growth, type Queued } from '../../../services/inference/batching/batch-queue.ts';
import { emptySums } from '../../../services/inference/batching/ordered-line.ts';

const limits = { maxQueuedRows: 20, maxBatchRows: 6, laneAgeMs: 10 };
const unlimited: Growth = {
  maxRows: () => Number.POSITIVE_INFINITY,
  endOf: () => 0,
  likelyEndOf: () => 0,
};
const taking = (msPerRow: number, baseMs = 0): Growth => ({
  maxRows: () => Number.POSITIVE_INFINITY,
  endOf: (_key, rows, _bytes, now) => now + baseMs + msPerRow * rows,
  likelyEndOf: (_key, rows, _bytes, now) => now + baseMs + msPerRow * rows,
});

let sequence = 0;
function queued(facts: Partial<Queued>): Queued {
  const { key = '', rows = 1 } = 'key' in facts ? { ...facts, key: facts.key } : facts;
  return {
    deadline: 1000,
    sequence: sequence++,
    rows,
    share: rows,
    bytes: rows,
    priority: 2,
    queuedAt: 0,
    lane: 0,
    laneSince: 0,
    ...facts,
    key: 'key' in facts ? facts.key : key,
  };
}

type Step =
  | {
      readonly do: 'add';
      readonly key: string | undefined;
      readonly rows: number;
      readonly deadline: number;
      readonly priority: 1 | 2 | 3;
    }
  | { readonly do: 'remove'; readonly which: number }
  | { readonly do: 'take' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      key: fc.constantFrom(undefined, 'a', 'b', ''),
      rows: fc.integer({ min: 1, max: limits.maxBatchRows }),
      deadline: fc.integer({ min: 0, max: 100 }),
      priority: fc.constantFrom(1 as const, 2 as const, 3 as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), which: fc.nat(50) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
);

/** The queue as a plain list: the lane of a request is told by how long it has waited when a batch was taken. */
class NaiveQueue {
  waiting: { request: Queued; lane: number; since: number }[] = [];

  take(now: number): { batch: Queued[]; expired: Queued[] } {
    const due = (lane: number): typeof this.waiting =>
      this.waiting.filter((entry) => entry.lane === lane && entry.since <= now - limits.laneAgeMs);
    for (const lane of [2, 3])
      for (const entry of due(lane)) {
        entry.lane--;
        entry.since = now;
      }
    const expired = this.waiting.filter(({ request }) => request.deadline <= now);
    this.waiting = this.waiting.filter(({ request }) => request.deadline > now);
    this.waiting.sort(
      (a, b) =>
        a.lane - b.lane || a.request.deadline - b.request.deadline || a.request.sequence - b.request.sequence,
    );
    const first = this.waiting[0]?.request;
    const batch: Queued[] = [];
    let rows = 0;
    for (const { request } of this.waiting) {
      if (request !== first && (first?.key === undefined || request.key !== first.key)) continue;
      if (request !== first && rows + request.rows > limits.maxBatchRows) break;
      rows += request.rows;
      batch.push(request);
    }
    this.waiting = this.waiting.filter(({ request }) => !batch.includes(request));
    return { batch, expired: expired.map(({ request }) => request) };
  }
}

describe('BatchQueue', () => {
  it('agrees with a plain list: lanes, ageing, deadlines, keys, bounds; and all leave exactly once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const queue = new BatchQueue<Queued>(limits);
        const naive = new NaiveQueue();
        const all: Queued[] = [];
        const left: Queued[] = [];
        for (const [now, next] of steps.entries()) {
          if (next.do === 'add') {
            const { key, rows, deadline, priority } = next;
            const request = queued({ key, rows, deadline, priority, queuedAt: now });
            const added = queue.rows + rows <= limits.maxQueuedRows;
            expect(queue.add(request)).toBe(added);
            if (!added) continue;
            all.push(request);
            naive.waiting.push({ request, lane: priority, since: now });
          } else if (next.do === 'remove') {
            const request = all[next.which];
            if (request === undefined) continue;
            const waits = naive.waiting.some((entry) => entry.request === request);
            expect(queue.remove(request)).toBe(waits);
            if (waits) left.push(request);
            naive.waiting = naive.waiting.filter((entry) => entry.request !== request);
          } else {
            const { batch, expired } = queue.take(now, unlimited);
            const wanted = naive.take(now);
            expect(batch).toEqual(wanted.batch);
            expect(new Set(expired)).toEqual(new Set(wanted.expired));
            left.push(...batch, ...expired);
          }
          expect(queue.rows).toBe(naive.waiting.reduce((sum, { request }) => sum + request.rows, 0));
          expect(queue.keys).toBe(
            new Set(naive.waiting.map(({ request }) => request.key).filter((key) => key !== undefined)).size,
          );
        }
        left.push(...queue.clear());
        expect(queue.rows).toBe(0);
        expect(left).toHaveLength(all.length);
        expect(new Set(left)).toEqual(new Set(all));
      }),
      { numRuns: 300 },
    );
  });

  it('takes the earliest deadline first, whatever the order of arrival', () => {
    const queue = new BatchQueue<Queued>({ ...limits, maxBatchRows: 2 });
    for (const deadline of [50, 10, 40, 20, 30]) queue.add(queued({ deadline }));
    const order = [1, 2, 3].map(() => queue.take(0, unlimited).batch.map(({ deadline }) => deadline));
    expect(order).toEqual([[10, 20], [30, 40], [50]]);
  });

  it('fills a batch from the lanes below once its own is empty', () => {
    const queue = new BatchQueue<Queued>(limits);
    for (const priority of [3, 1, 2] as const) queue.add(queued({ priority }));
    expect(queue.take(0, unlimited).batch.map(({ priority }) => priority)).toEqual([1, 2, 3]);
  });

  it('lets a low request through after a while, however many come in the lanes above', () => {
    const queue = new BatchQueue<Queued>({ maxQueuedRows: 100, maxBatchRows: 1, laneAgeMs: 10 });
    queue.add(queued({ priority: 3, deadline: 100 }));
    let waitedMs = 0;
    for (let now = 0; ; now++) {
      queue.add(queued({ priority: 1, deadline: now + 200, queuedAt: now }));
      if (queue.take(now, unlimited).batch[0]?.priority === 3) {
        waitedMs = now;
        break;
      }
    }
    expect(waitedMs).toBe(20);
  });

  it('tells what goes before a request', () => {
    const queue = new BatchQueue<Queued>(limits);
    queue.add(queued({ priority: 1, deadline: 900, rows: 2 }));
    queue.add(queued({ priority: 2, deadline: 500, rows: 3 }));
    queue.add(queued({ priority: 2, deadline: 700, rows: 4 }));
    queue.add(queued({ priority: 3, deadline: 1, rows: 5 }));
    const ahead = emptySums();
    queue.addAhead(queued({ priority: 2, deadline: 600 }), ahead);
    expect(ahead).toEqual({ count: 2, rows: 5, share: 5, bytes: 5 });
  });

  it('lets a batch grow only while its end keeps the earliest deadline in it', () => {
    const queue = new BatchQueue<Queued>(limits);
    for (const deadline of [3.5, 100, 101, 102]) queue.add(queued({ deadline }));
    expect(queue.take(0, taking(1)).batch.map(({ deadline }) => deadline)).toEqual([3.5, 100, 101]);
  });

  it('counts the deadline of a lower lane as well when its request joins', () => {
    const queue = new BatchQueue<Queued>(limits);
    queue.add(queued({ priority: 1, deadline: 100 }));
    queue.add(queued({ priority: 2, deadline: 2.5 }));
    queue.add(queued({ priority: 2, deadline: 101 }));
    expect(queue.take(0, taking(1)).batch.map(({ deadline }) => deadline)).toEqual([100, 2.5]);
  });

  it('drops what would miss its deadline even alone while others wait, and runs the last one all the same', () => {
    const queue = new BatchQueue<Queued>(limits);
    for (const deadline of [0.5, 0.9, 100, 101]) queue.add(queued({ deadline }));
    const { batch, expired } = queue.take(0, taking(1));
    expect(batch.map(({ deadline }) => deadline)).toEqual([100, 101]);
    expect(expired.map(({ deadline }) => deadline)).toEqual([0.5, 0.9]);
    for (const deadline of [0.5, 0.9]) queue.add(queued({ deadline }));
    expect(queue.take(0, taking(1))).toMatchObject({
      batch: [{ deadline: 0.9 }],
      expired: [{ deadline: 0.5 }],
    });
  });

  it('is held up by no deadline of a lower lane that can not be kept', () => {
    const queue = new BatchQueue<Queued>(limits);
    queue.add(queued({ priority: 1, deadline: 100 }));
    queue.add(queued({ priority: 2, key: 'other', deadline: 50 }));
    queue.add(queued({ priority: 2, deadline: 101 }));
    expect(queue.take(0, taking(1)).batch.map(({ deadline }) => deadline)).toEqual([100, 101]);
  });

  it('keeps what only looks too late as far as its margin goes', () => {
    const queue = new BatchQueue<Queued>(limits);
    for (const deadline of [1, 100]) queue.add(queued({ deadline }));
    const growth = { ...taking(2), likelyEndOf: () => 1 };
    expect(queue.take(0, growth)).toMatchObject({ batch: [{ deadline: 1 }, { deadline: 100 }], expired: [] });
  });

  it('runs a small batch for a near deadline if what is behind can wait', () => {
    const queue = new BatchQueue<Queued>(limits);
    for (const deadline of [12, 40, 40, 40, 40]) queue.add(queued({ deadline }));
    expect(queue.take(0, taking(1, 10)).batch.map(({ deadline }) => deadline)).toEqual([12, 40]);
  });

  it('passes over a near deadline if more would be missed behind it', () => {
    const queue = new BatchQueue<Queued>(limits);
    for (const deadline of [11.5, 16, 16, 16, 16]) queue.add(queued({ deadline }));
    expect(queue.take(0, taking(1, 10)).batch.map(({ deadline }) => deadline)).toEqual([16, 16, 16, 16]);
    expect(queue.take(0, taking(1, 10)).batch.map(({ deadline }) => deadline)).toEqual([11.5]);
  });

  it('never passes over one for another of a lane below', () => {
    const queue = new BatchQueue<Queued>(limits);
    queue.add(queued({ priority: 1, deadline: 11.5 }));
    for (const deadline of [16, 16, 16, 16]) queue.add(queued({ priority: 2, deadline }));
    expect(queue.take(0, taking(1, 10)).batch.map(({ deadline }) => deadline)).toEqual([11.5]);
  });

  it('runs a request that is larger than a batch alone', () => {
    const queue = new BatchQueue<Queued>(limits);
    for (const rows of [9, 1]) queue.add(queued({ rows }));
    expect(queue.take(0, unlimited).batch.map(({ rows }) => rows)).toEqual([9]);
  });
});
