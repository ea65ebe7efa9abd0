import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import type { AuditService } from '../../../services/audit/service.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import { reasonOf } from './call.ts';
import { checkAll } from './checks.ts';
import { DiskState } from './disk-state.ts';
import { areas, changes, type FaultPlan, type Moment, PlannedGate } from './gate.ts';
import { type End, Life, type Remains } from './life.ts';
import { Load } from './load.ts';
import { Model } from './model.ts';
import { type Random, randomFrom } from './random.ts';

/** How one process lives and ends. */
export interface LifePlan {
  readonly seed: number;
  readonly steps: number;
  readonly fault: FaultPlan;
  /** Room on the disk beyond what is used, in bytes; undefined for enough. */
  readonly room: number | undefined;
  readonly end: End;
  /** When it ends; undefined for a stop in good order. */
  readonly cut: Moment | undefined;
  /** What is left of the index. */
  readonly index: 'kept' | 'older' | 'removed';
}

const nth = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const moments: fc.Arbitrary<Moment> = fc.oneof(
  fc.record({ what: fc.constant('any' as const), nth: nth(1, 40) }),
  fc.record({ what: fc.constant('any' as const), nth: nth(20, 200) }),
  fc.record({ what: fc.constant('log' as const), nth: nth(1, 60) }),
  fc.record({ what: fc.constantFrom(...areas), nth: nth(1, 10) }),
  fc.record({
    what: fc
      .tuple(
        fc.constantFrom(...changes),
        fc.constantFrom('log', 'payloads', 'subjects', 'erasing', 'head', 'tile'),
      )
      .map(([operation, area]) => `${operation} ${area}` as Moment['what']),
    nth: nth(1, 4),
  }),
);

const faults: fc.Arbitrary<FaultPlan> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'none' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('error' as const),
      at: moments,
      code: fc.constantFrom('EIO' as const, 'ENOSPC' as const),
      times: fc.constantFrom(1, 1, 1, 3, 30),
    }),
  },
  {
    arbitrary: fc.record({ kind: fc.constant('noise' as const), rate: fc.constantFrom(0.002, 0.01, 0.05) }),
    weight: 1,
  },
  { arbitrary: fc.record({ kind: fc.constant('hang' as const), at: moments }), weight: 1 },
);

const lives: fc.Arbitrary<LifePlan> = fc.record({
  seed: fc.integer(),
  steps: fc.integer({ min: 0, max: 60 }),
  fault: faults,
  room: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.integer({ min: 0, max: 300_000 })),
  end: fc.constantFrom('kill' as const, 'power' as const),
  cut: fc.oneof({ weight: 4, arbitrary: moments }, fc.constant(undefined)),
  index: fc.constantFrom('kept' as const, 'kept' as const, 'older' as const, 'removed' as const),
});

export const histories = fc.array(lives, { minLength: 1, maxLength: 6 });

/** What a run came to. */
export class Tally {
  lives = 0;
  starts = 0;
  answered = 0;
  receipts = 0;
  erasures = 0;
  /** Where processes ended. */
  readonly cuts = new Map<string, number>();

  cut(where: string): void {
    this.cuts.set(where, (this.cuts.get(where) ?? 0) + 1);
  }
}

/** Lives one life after another on what the last one left, and checks at each start all that callers were ever told. */
export async function runHistory(folder: string, plans: readonly LifePlan[], tally: Tally): Promise<void> {
  const model = new Model();
  const olderIndexes: (Buffer | undefined)[] = [undefined];
  let remains: Remains = { disk: new DiskState(), index: undefined, locks: new Map() };
  for (const [n, plan] of plans.entries()) {
    const random = randomFrom(plan.seed);
    const life = await Life.prepare(join(folder, `life-${n}`), join(folder, 'log.key'), remains, random);
    remains = await bounded(`life ${n}`, live(life, plan, random, model, tally), life);
    olderIndexes.push(remains.index);
    if (plan.index === 'removed') remains = { ...remains, index: undefined };
    if (plan.index === 'older') remains = { ...remains, index: random.pick(olderIndexes) };
    await life.remove();
    tally.lives++;
  }
  const random = randomFrom(plans[0]?.seed ?? 0);
  const last = await Life.prepare(join(folder, 'last'), join(folder, 'log.key'), remains, random);
  const audit = await last.open();
  await greet(audit, last, model);
  await checkAll(audit, model, random, true);
  assert.deepEqual(last.alarms(), []);
  await last.close();
  await last.remove();
  tally.starts++;
  tally.answered += model.answered.size;
  tally.receipts += model.receipts;
  tally.erasures += model.erasures;
}

async function live(
  life: Life,
  plan: LifePlan,
  random: Random,
  model: Model,
  tally: Tally,
): Promise<Remains> {
  let remains: Remains | undefined;
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const faults: unknown[] = [];
  const keepFault = (error: unknown): void => void faults.push(error);
  const cut = (where: string): void => {
    if (remains !== undefined) return;
    remains = life.remains(plan.end);
    faults.push(...life.alarms());
    life.disk.isDead = true;
    gate.letGo();
    tally.cut(where);
    end();
  };
  const gate = new PlannedGate(random, plan.fault, plan.cut, cut);
  // What hangs, hangs long enough for others to go on.
  const letGo = setInterval(() => gate.letGo(), 20);
  const { disk } = life;
  disk.gate = gate;
  disk.capacityBytes =
    plan.room === undefined ? Number.POSITIVE_INFINITY : disk.state.usedBytes() + plan.room;
  /** Does something on a disk that is well. */
  const quietly = async (phase: string, work: () => Promise<void>): Promise<void> => {
    const { capacityBytes } = disk;
    disk.capacityBytes = Number.POSITIVE_INFINITY;
    gate.quiet();
    life.phase = phase;
    await work();
    gate.resume();
    disk.capacityBytes = capacityBytes;
  };
  const work = new Set<Promise<void>>();
  try {
    life.phase = 'its start';
    const audit = await openUnder(life, gate);
    if (audit !== undefined && remains === undefined) {
      tally.starts++;
      await quietly('the checks', async () => {
        await greet(audit, life, model);
        await checkAll(audit, model, random, false);
      });
      const load = new Load({ audit, model, random, isOver: () => remains !== undefined });
      life.phase = 'the load';
      for (let n = 0; n < plan.steps && remains === undefined; n++) {
        const step: Promise<void> = load
          .step()
          .catch(keepFault)
          .finally(() => work.delete(step));
        work.add(step);
        const wait = random.next();
        if (wait < 0.2) await Promise.race([Promise.all(work), ended]);
        else if (wait < 0.6) await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.race([Promise.all(work), ended]);
      // Whatever it met, it goes on by itself when the disk is well again; or it is stopped as it is.
      if (remains === undefined && random.chance(0.7))
        await quietly('what follows the load', async () => {
          await Promise.all(work);
          await recovers(load, model);
        });
      life.phase = 'its stop';
      if (remains === undefined && (plan.cut === undefined || random.chance(0.5)))
        await Promise.race([life.close(), ended]);
    }
    // Where the moment did not come, now is as good.
    cut('order');
    life.phase = 'the load, after the end';
    await Promise.all(work);
    life.phase = 'its stop, after the end';
    await life.close();
  } finally {
    clearInterval(letGo);
  }
  model.endProcess();
  if (faults.length > 0) throw faults[0];
  assert(remains !== undefined);
  return remains;
}

/** Opens the role; where the disk fails in it, once more with a disk that does not. Undefined if it ended before. */
async function openUnder(life: Life, gate: PlannedGate): Promise<AuditService | undefined> {
  try {
    return await life.open();
  } catch (error) {
    if (life.disk.isDead) return undefined;
    const reason = reasonOf(error);
    assert(['AUDIT_DISK_FULL', 'AUDIT_LOG_FAILED'].includes(reason), `${reason}: ${String(error)}`);
    gate.quiet();
    life.disk.capacityBytes = Number.POSITIVE_INFINITY;
    const audit = await life.open();
    gate.resume();
    return audit;
  }
}

/** The log's key is the same for ever. */
async function greet(audit: AuditService, life: Life, model: Model): Promise<void> {
  assert.equal(audit.writable(), undefined);
  const opened = life.log.lines.findLast(({ message }) => message === 'audit log open');
  const vkey = String(opened?.fields.vkey);
  model.verifier ??= parseVerifierKey(vkey, signatureTypes.log);
  assert.equal(vkey, model.verifier.vkey);
}

const mostTries = 2000;

/** An append is answered, and what was answered before can be read. */
async function recovers(load: Load, model: Model): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) {
    const before = model.answered.size;
    await load.append(load.request({ subject: 'passenger=ann' }));
    if (model.answered.size > before) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.fail('nothing is appended any more, though the disk is well again');
}

/** Checks of a second, of which a life may take so many. */
const mostChecks = 60;

/** The work, or an error if it does not end: something was never answered. */
async function bounded<T>(what: string, work: Promise<T>, life: Life): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    let left = mostChecks;
    timer = setInterval(() => {
      if (--left === 0) reject(new Error(`${what} does not end: it waits for ${life.phase}`));
    }, 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearInterval(timer);
  }
}
