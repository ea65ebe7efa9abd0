import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gate, inOrder } from '../../../../gateway/command-line/jobs/in-order.ts';

async function* counted(count: number, on: (event: string) => void = () => {}): AsyncGenerator<number> {
  try {
    for (let i = 0; i < count; i++) yield i;
  } finally {
    on('closed');
  }
}

const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await Promise.resolve();
};

describe('work in order', () => {
  it('gives every result in the order of the items, with no more under way than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(20), { maxLength: 40 }),
        fc.integer({ min: 1, max: 8 }),
        async (delays, limit) => {
          let running = 0;
          let most = 0;
          const results: number[] = [];
          const work = async (item: number): Promise<number> => {
            most = Math.max(most, ++running);
            await turns(delays[item] ?? 0);
            running -= 1;
            return item;
          };
          for await (const result of inOrder(counted(delays.length), limit, work)) results.push(result);
          expect(results).toEqual(delays.map((_, index) => index));
          expect(most).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  it('ends with the first failure in order, or with who takes no more, and closes its source', async () => {
    const events: string[] = [];
    const failing = async (item: number): Promise<number> => {
      if (item >= 3) throw new Error(`item ${item}`);
      return item;
    };
    const taken: number[] = [];
    const run = async (): Promise<void> => {
      for await (const item of inOrder(
        counted(10, (event) => events.push(event)),
        5,
        failing,
      ))
        taken.push(item);
    };
    await expect(run()).rejects.toThrow('item 3');
    expect({ taken, events }).toEqual({ taken: [0, 1, 2], events: ['closed'] });
    for await (const item of inOrder(
      counted(10, (event) => events.push(event)),
      5,
      async (one) => one,
    ))
      if (item === 1) break;
    expect(events).toEqual(['closed', 'closed']);
  });

  it('a gate lets as many through as it has places, in the order of their coming', async () => {
    const gate = new Gate(2);
    let inside = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        gate.through(async () => {
          order.push(index);
          most = Math.max(most, ++inside);
          await turns(index % 5);
          inside -= 1;
          if (index % 7 === 0) throw new Error('failed');
        }),
      ),
    );
    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });
});
