import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Lane, lanes } from '../../../services/scoring/jobs/job-names.ts';
import { createScheduler, createTurnOrder } from '../../../services/scoring/jobs/worker/scheduler.ts';

interface Waiting {
  readonly lane: Lane;
  readonly tenant: string;
  readonly place: number;
}

const arrivals = fc.array(
  fc.record({ lane: fc.constantFrom(...lanes), tenant: fc.constantFrom('a', 'b', 'c', 'd') }),
  { maxLength: 200 },
);

function orderOf(
  given: readonly { lane: Lane; tenant: string }[],
): ReturnType<typeof createTurnOrder<Waiting>> {
  const order = createTurnOrder<Waiting>();
  for (const [place, { lane, tenant }] of given.entries()) order.add(lane, tenant, { lane, tenant, place });
  return order;
}

function takeAll(order: ReturnType<typeof createTurnOrder<Waiting>>): Waiting[] {
  const taken: Waiting[] = [];
  for (let next = order.next(); next !== undefined; next = order.next()) taken.push(next);
  return taken;
}

describe('the order of turns', () => {
  it('gives each a turn once, and those of one queue in the order in which they came', () => {
    fc.assert(
      fc.property(arrivals, (given) => {
        const order = orderOf(given);
        expect(order.size).toBe(given.length);
        const taken = takeAll(order);
        expect(order.size).toBe(0);
        expect(taken.map(({ place }) => place).sort((one, other) => one - other)).toEqual(
          given.map((_, i) => i),
        );
        for (const lane of lanes)
          for (const tenant of ['a', 'b', 'c', 'd']) {
            const own = taken.filter((one) => one.lane === lane && one.tenant === tenant);
            expect(own.map(({ place }) => place)).toEqual(
              own.map(({ place }) => place).sort((x, y) => x - y),
            );
          }
      }),
    );
  });

  it('gives lanes that have something waiting 8 : 4 : 1 of the turns, spread so that none waits longer than a round', () => {
    const order = orderOf(
      lanes.flatMap((lane) => Array.from({ length: 1000 }, () => ({ lane, tenant: 'a' }))),
    );
    const taken = Array.from({ length: 13 * 50 }, () => order.next()?.lane);
    const shares = lanes.map((lane) => taken.filter((one) => one === lane).length / 50);
    expect(shares).toEqual([8, 4, 1]);
    const lowAt = taken.flatMap((lane, turn) => (lane === 'low' ? [turn] : []));
    for (const [index, turn] of lowAt.entries())
      if (index > 0) expect(turn - (lowAt[index - 1] ?? 0)).toBe(13);
  });

  it('never lets a lane starve, whatever comes into the others meanwhile', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { minLength: 30, maxLength: 60 }), (waves) => {
        const order = createTurnOrder<Lane>();
        order.add('low', 'quiet', 'low');
        order.add('high', 'busy', 'high');
        for (const [turn, [high, normal]] of waves.entries()) {
          for (let i = 0; i <= high; i += 1) order.add('high', `t${i % 3}`, 'high');
          for (let i = 0; i < normal; i += 1) order.add('normal', 'n', 'normal');
          if (order.next() === 'low') {
            expect(turn).toBeLessThan(13);
            return;
          }
        }
        throw new Error('the low lane had no turn');
      }),
    );
  });

  it("lets a tenant's single job wait for at most one of each other tenant, however many those have", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(5000), (others, before) => {
        const order = createTurnOrder<string>();
        for (let i = 0; i < 5000; i += 1)
          for (let t = 0; t < others; t += 1) order.add('normal', `big${t}`, 'big');
        for (let i = 0; i < before; i += 1) order.next();
        order.add('normal', 'small', 'small');
        let turns = 0;
        while (order.next() !== 'small') turns += 1;
        expect(turns).toBeLessThanOrEqual(others);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the scheduler', () => {
  it('runs no more at once than it may, and goes on as they are done', async () => {
    const scheduler = createScheduler(2);
    const began: number[] = [];
    const turns = [0, 1, 2, 3].map(async (job) => {
      const done = await scheduler.turn('normal', `t${job}`);
      if (done !== undefined) began.push(job);
      return done;
    });
    const first = await turns[0];
    await turns[1];
    expect([began, scheduler.running(), scheduler.waiting()]).toEqual([[0, 1], 2, 2]);
    first?.();
    await turns[2];
    expect(scheduler.running()).toBe(2);
    scheduler.close();
    await turns[3];
    expect([began, scheduler.waiting()]).toEqual([[0, 1, 2], 0]);
    expect(await scheduler.turn('high', 't')).toBeUndefined();
  });

  it('keeps a quarter for tenants of which few run, however long the jobs of others take', async () => {
    const scheduler = createScheduler(64);
    const begun: string[] = [];
    const ask = (lane: Lane, tenant: string): void =>
      void scheduler.turn(lane, tenant).then((done) => done && begun.push(tenant));
    const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    for (let job = 0; job < 200; job += 1) ask('high', job % 2 === 0 ? 'slow' : 'slow2');
    await settled();
    expect(begun).toHaveLength(48);
    for (let job = 0; job < 10; job += 1) ask('low', 'small');
    await settled();
    expect(begun.filter((tenant) => tenant === 'small')).toHaveLength(4);
    for (let tenant = 0; tenant < 30; tenant += 1) ask('normal', `t${tenant}`);
    await settled();
    expect([begun.length, scheduler.running()]).toEqual([64, 64]);
  });

  it('never runs more than it may, nor leaves a place empty that somebody who waits may take', async () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.constantFrom('a', 'b', 'c')), { maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), steps, async (max, given) => {
        const scheduler = createScheduler(max);
        const running: { readonly tenant: string; readonly done: () => void }[] = [];
        let asked = 0;
        for (const [isNew, tenant] of given) {
          if (isNew) {
            asked += 1;
            void scheduler.turn('normal', tenant).then((done) => done && running.push({ tenant, done }));
          } else running.shift()?.done();
          await new Promise((resolve) => setImmediate(resolve));
          expect(scheduler.running()).toBe(running.length);
          expect(running.length).toBeLessThanOrEqual(max);
          if (scheduler.waiting() > 0) expect(running.length).toBeGreaterThanOrEqual(Math.ceil(max * 0.75));
        }
        while (running.length > 0) {
          running.shift()?.done();
          await new Promise((resolve) => setImmediate(resolve));
        }
        expect([scheduler.waiting(), scheduler.running()]).toEqual([0, 0]);
        expect(asked).toBe(given.filter(([isNew]) => isNew).length);
      }),
      { numRuns: 50 },
    );
  });
});
