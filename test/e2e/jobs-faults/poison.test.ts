import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import type { RoleProcess } from '../../contract/role-process.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { accountsOf, untilSettled } from './accounts.ts';
import { type FaultMesh, startFaultMesh } from './fault-mesh.ts';
import { slowModel } from './slow-model.ts';
import { jobs, overNats, submitAll } from './submission.ts';

const patienceMs = 300_000;
const maxAttempts = 3;

describe.skipIf(natsIsAbsent)('a poison job', () => {
  let closers: Closers;
  let mesh: FaultMesh;

  beforeAll(async () => {
    closers = createClosers(silentLog);
    mesh = await startFaultMesh(closers, {
      workers: 1,
      models: slowModel(),
      env: { SCOREMESH_JOBS_MAX_ATTEMPTS: String(maxAttempts), SCOREMESH_JOBS_PATIENCE: '10s' },
    });
  }, patienceMs);
  afterAll(() => closers.close(), patienceMs);

  /** The job ends `victim` each time when it is begun. Resolves to how often it did. */
  const poison = async (tenant: string, victim: RoleProcess): Promise<number> => {
    let times = 0;
    let dying: Promise<void> = Promise.resolve();
    const poisonous = { ...jobs(tenant, 1)[0]!, id: `${tenant}-poison`, model: 'slow' };
    const begun = mesh.nats.subscribe(`scoremesh.begun.${tenant}.${poisonous.id}`, {
      callback: () => {
        times += 1;
        dying = dying.then(() => victim.kill()).then(() => victim.restart());
      },
    });
    const others = jobs(tenant, 1000);
    // They come together with it, before and after it.
    const all = [...others.slice(0, 100), poisonous, ...others.slice(100)];
    await mesh.workers[0]!.kill();
    await submitAll(all, overNats(mesh.nats), 1);
    await mesh.workers[0]!.restart();
    await untilSettled(mesh, tenant, all.length);
    await dying;
    begun.unsubscribe();
    const accounts = await accountsOf(mesh, tenant, all);
    expect(accounts).toMatchObject({
      faults: [],
      states: { SUCCEEDED: others.length, DEAD: 1 },
      records: others.length,
      deadLetters: 1,
    });
    expect(accounts.results.get(poisonous.id)?.state).toBe('JOB_STATE_DEAD');
    return times;
  };

  it(
    'that ends its worker each time ends dead, and the others succeed',
    async () => {
      expect(await poison('worker', mesh.workers[0]!)).toBe(maxAttempts);
    },
    patienceMs,
  );

  it(
    'that ends the process of its model each time ends dead, and the others succeed',
    async () => {
      expect(await poison('executor', mesh.inference)).toBeGreaterThanOrEqual(maxAttempts);
    },
    patienceMs,
  );
});
