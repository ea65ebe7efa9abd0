import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inCompletionOrder } from '../../services/scoring/completion-order.ts';
import { createGate, errorOf } from '../kit/rpc/processes.ts';

async function* numbers(count: number, released?: () => void): AsyncGenerator<number> {
  try {
    for (let place = 0; place < count; place++) yield place;
  } finally {
    released?.();
  }
}

describe('results in order of completion', () => {
  it('are one for each input, with no more under way than the limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 8 }),
        async (scheduler, count, limit) => {
          let underWay = 0;
          let most = 0;
          const results = (async () => {
            const seen: number[] = [];
            for await (const result of inCompletionOrder(numbers(count), limit, async (input) => {
              most = Math.max(most, ++underWay);
              await scheduler.schedule(Promise.resolve());
              underWay -= 1;
              return input;
            }))
              seen.push(result);
            return seen;
          })();
          const seen = await scheduler.waitFor(results);
          expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, place) => place));
          expect(most).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('hold the producer back while nobody takes them', async () => {
    let produced = 0;
    const inputs = (async function* () {
      for (;;) yield produced++;
    })();
    const results = inCompletionOrder(inputs, 4, async (input) => input);
    await results.next();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(produced).toBeLessThanOrEqual(6);
    await results.return(undefined);
  });

  it('end with the error of work, of the inputs, or of work that throws at once', async () => {
    const read = async (inputs: AsyncIterable<number>, work: (input: number) => Promise<number>) => {
      for await (const _result of inCompletionOrder(inputs, 2, work));
    };
    const broken = new Error('broken');
    const throwing = (async function* () {
      yield 1;
      throw broken;
    })();
    expect(await errorOf(read(numbers(9), () => Promise.reject(broken)))).toBe(broken);
    expect(await errorOf(read(throwing, async (input) => input))).toBe(broken);
    expect(
      await errorOf(
        read(numbers(9), () => {
          throw broken;
        }),
      ),
    ).toBe(broken);
  });

  it('let the producer go when their reader stops, and start nothing more', async () => {
    const released = createGate();
    let started = 0;
    for await (const _result of inCompletionOrder(numbers(1000, released.open), 3, async (input) => {
      started += 1;
      return input;
    }))
      break;
    const atStop = started;
    await released.opened;
    expect(started).toBe(atStop);
  });

  it('start nothing for an input that comes after their reader stopped', async () => {
    const late = createGate();
    const released = createGate();
    const inputs = (async function* () {
      try {
        yield 1;
        await late.opened;
        yield 2;
      } finally {
        released.open();
      }
    })();
    const started: number[] = [];
    for await (const _result of inCompletionOrder(inputs, 3, async (input) => started.push(input))) break;
    late.open();
    await released.opened;
    expect(started).toEqual([1]);
  });
});
