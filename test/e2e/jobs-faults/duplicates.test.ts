import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { accountsOf, untilSettled } from './accounts.ts';
import { type FaultMesh, startFaultMesh } from './fault-mesh.ts';
import { jobs, overGateway, overNats, submitAll } from './submission.ts';

const patienceMs = 300_000;
const windowMs = 1000;
const count = 300;

describe.skipIf(natsIsAbsent)('jobs that are submitted more than once', () => {
  let closers: Closers;
  let mesh: FaultMesh;

  beforeAll(async () => {
    closers = createClosers(silentLog);
    const env = { SCOREMESH_JOBS_DUPLICATE_WINDOW: `${windowMs}ms` };
    mesh = await startFaultMesh(closers, { env });
  }, patienceMs);
  afterAll(() => closers.close(), patienceMs);

  it(
    'have one result and one record each, within the window in which NATS knows them and beyond it',
    async () => {
      // One in ten can't succeed.
      const all = jobs('twice', count, (place) => (place % 10 === 9 ? { a: 2_000_000 } : {}));
      const byNats = overNats(mesh.nats);
      let known = 0;
      const counted: typeof byNats = async (job) => {
        const isKnown = await byNats(job);
        if (isKnown) known += 1;
        return isKnown;
      };
      for (let time = 0; time < 3; time += 1) await submitAll(all, counted);
      await untilSettled(mesh, 'twice', count);
      // A machine that stands still for longer than the window lets some through.
      expect(known).toBeGreaterThan(0);
      for (let time = 0; time < 2; time += 1) {
        await delay(2 * windowMs);
        await submitAll(all, byNats);
        await submitAll(all, overGateway(mesh.client));
      }
      await untilSettled(mesh, 'twice', count);
      expect(await accountsOf(mesh, 'twice', all)).toMatchObject({
        faults: [],
        states: { SUCCEEDED: count * 0.9, FAILED: count * 0.1 },
        records: count * 0.9,
        deadLetters: 0,
      });
    },
    patienceMs,
  );

  it(
    'have one result and one record each where both are worked on at once',
    async () => {
      const all = jobs('at-once', count);
      for (const worker of mesh.workers) worker.freeze();
      await submitAll(all, overNats(mesh.nats));
      await delay(2 * windowMs);
      // Not known any more: each waits twice.
      await submitAll(all, overNats(mesh.nats));
      for (const worker of mesh.workers) worker.thaw();
      await untilSettled(mesh, 'at-once', count);
      expect(await accountsOf(mesh, 'at-once', all)).toMatchObject({
        faults: [],
        states: { SUCCEEDED: count },
        records: count,
        deadLetters: 0,
      });
    },
    patienceMs,
  );
});
