import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inCompletionOrder, inOrder } from '../../../services/kit/rpc/ordered-stream.ts';
import { createGate, errorOf, until } from './processes.ts';

async function* numbers(count: number, released?: () => void): AsyncGenerator<number> {
  try {
    for (let place = 0; place < count; place++) yield place;
  } finally {
    released?.();
  }
}

const orders = [
  ['of completion', inCompletionOrder],
  ['of the inputs', inOrder],
] as const;

describe.each(orders)('results in order %s', (_order, inAnyOrder) => {
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
            for await (const result of inAnyOrder(numbers(count), limit, async (input) => {
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
    const results = inAnyOrder(inputs, 4, async (input) => input);
    await results.next();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(produced).toBeLessThanOrEqual(6);
    await results.return(undefined);
  });

  it('end with the error of work, of the inputs, or of work that throws at once', async () => {
    const read = async (inputs: AsyncIterable<number>, work: (input: number) => Promise<number>) => {
      for await (const _result of inAnyOrder(inputs, 2, work));
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
    for await (const _result of inAnyOrder(numbers(1000, released.open), 3, async (input) => {
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
    for await (const _result of inAnyOrder(inputs, 3, async (input) => started.push(input))) break;
    late.open();
    await released.opened;
    expect(started).toEqual([1]);
  });
});

describe('results in order of completion', () => {
  it('do not wait for one that takes longer', async () => {
    const slow = createGate();
    const seen: number[] = [];
    for await (const result of inCompletionOrder(numbers(4), 8, async (input) => {
      if (input === 0) await slow.opened;
      return input;
    })) {
      seen.push(result);
      if (seen.length === 3) slow.open();
    }
    expect(seen).toEqual([1, 2, 3, 0]);
  });
});

describe('results in order of the inputs', () => {
  it('come in that order, whatever is done first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 8 }),
        async (scheduler, count, limit) => {
          const results = (async () => {
            const seen: number[] = [];
            for await (const result of inOrder(numbers(count), limit, (input) =>
              scheduler.schedule(Promise.resolve(input)),
            ))
              seen.push(result);
            return seen;
          })();
          const seen = await scheduler.waitFor(results);
          expect(seen).toEqual(Array.from({ length: count }, (_, place) => place));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('that are done, but not taken, count against the limit while the first is under way', async () => {
    const first = createGate();
    let begun = 0;
    const results = inOrder(numbers(100), 4, async (input) => {
      begun += 1;
      if (input === 0) await first.opened;
      return input;
    });
    const reading = results.next();
    await until(() => begun === 4);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toBe(4);
    first.open();
    expect((await reading).value).toBe(0);
    await results.return(undefined);
  });

  it('may be undefined', async () => {
    let count = 0;
    for await (const result of inOrder(numbers(3), 2, async () => undefined)) {
      expect(result).toBeUndefined();
      count += 1;
    }
    expect(count).toBe(3);
  });
});
