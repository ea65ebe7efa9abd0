import { describe, expect, it } from 'vitest';
import { type Batcher, createBatcher } from '../../../services/inference/batching/batcher.ts';
import { TurnTaker } from '../../../services/inference/batching/turn-taker.ts';
import type { Executor } from '../../../services/inference/execution/executor.ts';
import {
  createHeldExecutor,
  createReadableInstruments,
  type HeldExecutor,
  nextTick,
  runRequest,
  untracedTracer,
} from './batching-fakes.ts';
import { createRandom, type Scene, simulate, simulateWithoutRefusal } from './overload-simulation.ts';

const runMs = (rows: number): number => 10 + rows;
const measured = [1, 8, 32].map((rows) => ({ rows, ms: runMs(rows) }));

/** A batcher in virtual time. */
function make(executor: Executor): { batcher: Batcher; at: (ms: number) => void; now: () => number } {
  let now = 1000;
  const batcher = createBatcher(
    { name: 'm', version: '1' },
    { maxQueuedRows: 100, maxBatchRows: 32 },
    {
      executor,
      turns: new TurnTaker(0),
      tracer: untracedTracer,
      instruments: createReadableInstruments(),
      batched: true,
      nameBatches: false,
      measured,
      onNotBatchable: () => {},
      clock: () => now,
    },
  );
  return { batcher, at: (ms) => (now = 1000 + ms), now: () => now };
}

async function outcomeOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'OK',
    (error: { reason: string }) => error.reason,
  );
}

function endAll(thread: HeldExecutor): void {
  while (thread.runs.length > 0) thread.runs[0]!.end();
}

describe('a request whose deadline is too near', () => {
  it('is let through when nothing goes before it, unless its run alone is clearly too long', async () => {
    const thread = createHeldExecutor();
    const { batcher, now } = make(thread);
    await expect(batcher.submit(runRequest([1], { deadline: now() + 5 }))).rejects.toMatchObject({
      reason: 'DEADLINE_UNREACHABLE',
      message: expect.stringMatching(
        /would answer in 11\.\d ms \(0\.0 until its run, 11\.\d for it\).*leaves 5\.0 ms/,
      ),
      details: { retryAfterMs: expect.any(Number) },
    });
    const close = outcomeOf(batcher.submit(runRequest([1], { deadline: now() + 9 })));
    await nextTick();
    endAll(thread);
    expect(await close).toBe('OK');
  });

  it('is refused for the rest of the run under way and what goes before it, at once', async () => {
    const thread = createHeldExecutor();
    const { batcher, now, at } = make(thread);
    const running = batcher.submit(runRequest([1], { deadline: now() + 1000 }));
    await nextTick();
    at(6);
    const ask = (leftMs: number): Promise<string> =>
      outcomeOf(batcher.submit(runRequest([1], { deadline: now() + leftMs })));
    expect(await ask(13)).toBe('DEADLINE_UNREACHABLE');
    const waits = ask(30);
    expect(batcher.queuedRows).toBe(1);
    endAll(thread);
    await nextTick();
    endAll(thread);
    expect(await waits).toBe('OK');
    await running;
  });

  it('does not count what goes after it: lower lanes and later deadlines', async () => {
    const thread = createHeldExecutor();
    const { batcher, now } = make(thread);
    const ask = (rest: { priority: 1 | 2 | 3; leftMs: number }, rows = 1): Promise<string> =>
      outcomeOf(
        batcher.submit(
          runRequest(Array(rows).fill(1), { priority: rest.priority, deadline: now() + rest.leftMs }),
        ),
      );
    const others = [ask({ priority: 2, leftMs: 1000 })];
    await nextTick();
    others.push(ask({ priority: 3, leftMs: 100 }, 32), ask({ priority: 2, leftMs: 1000 }, 32));
    expect(await ask({ priority: 3, leftMs: 60 })).toBe('DEADLINE_UNREACHABLE');
    others.push(ask({ priority: 2, leftMs: 60 }));
    while (thread.runs.length > 0) {
      endAll(thread);
      await nextTick();
    }
    expect(await Promise.all(others)).toEqual(['OK', 'OK', 'OK', 'OK']);
  });

  it('is let through in the end if a wrong prediction is all that speaks against it', async () => {
    const thread = createHeldExecutor();
    const { batcher, now, at } = make(thread);
    let passed = 0;
    let firstAt = Number.POSITIVE_INFINITY;
    // Runs take 1 ms now, where 11 are predicted, and every caller waits for 3.
    for (let ms = 0; ms < 2000; ms += 5) {
      at(ms);
      const outcome = outcomeOf(batcher.submit(runRequest([1], { deadline: now() + 3 })));
      await nextTick();
      if (thread.runs.length === 0) continue;
      firstAt = Math.min(firstAt, ms);
      at(ms + 1);
      endAll(thread);
      expect(await outcome).toBe('OK');
      passed++;
    }
    expect(firstAt).toBeLessThan(1000);
    expect(passed).toBeGreaterThan(100);
  });

  it('is not refused because one run took very long', async () => {
    const thread = createHeldExecutor();
    const { batcher, now, at } = make(thread);
    const slow = batcher.submit(runRequest([1], { deadline: now() + 1e6 }));
    await nextTick();
    at(10_000);
    endAll(thread);
    await slow;
    const next = outcomeOf(batcher.submit(runRequest([1], { deadline: now() + 30 })));
    await nextTick();
    endAll(thread);
    expect(await next).toBe('OK');
  });
});

describe('at twice the load that can be served', () => {
  /** Runs that take a fifth more or less, and one in a hundred five times as long. */
  const noisyRuns = (): ((rows: number) => number) => {
    const random = createRandom(7);
    return (rows) => (0.4 + 0.06 * rows) * (0.8 + 0.4 * random()) * (random() < 0.01 ? 5 : 1);
  };
  const capacity = 64 / (0.4 + 0.06 * 64) / 1.04;
  const uniform = createRandom(3);
  const scenes: [string, Pick<Scene, 'threads' | 'timeoutMs'>, number][] = [
    ['one thread', { threads: 1, timeoutMs: () => 20 }, 1],
    ['two threads', { threads: 2, timeoutMs: () => 20 }, 2],
    ['inline', { threads: 'inline', timeoutMs: () => 20 }, 1],
    ['one thread and different deadlines', { threads: 1, timeoutMs: () => 10 + 90 * uniform() }, 1],
  ];

  it.each(scenes)('goodput stays, where it would collapse without refusal: %s', async (_, place, servers) => {
    const requestsPerMs = 2 * servers * capacity;
    const scene: Scene = { ...place, runMs: noisyRuns(), maxBatchRows: 64, requestsPerMs, lengthMs: 1000 };
    const { goodput, outcomes } = await simulate(scene);
    expect(goodput).toBeGreaterThan(0.9 * servers * capacity);
    const { DEADLINE_UNREACHABLE: refused = 0, DEADLINE_PASSED_WAITING: expired = 0 } = outcomes;
    expect(expired).toBeLessThan(0.1 * refused);
    if (servers === 1)
      expect(simulateWithoutRefusal({ ...scene, runMs: noisyRuns() }).goodput).toBeLessThan(0.3 * capacity);
  });

  it('nobody is refused who comes at half the load', async () => {
    const scene = { runMs: noisyRuns(), maxBatchRows: 64, threads: 1 as const, lengthMs: 1000 };
    const { outcomes } = await simulate({ ...scene, timeoutMs: () => 50, requestsPerMs: capacity / 2 });
    expect(outcomes.DEADLINE_UNREACHABLE ?? 0).toBeLessThan(0.005 * outcomes['in time']!);
  });
});
