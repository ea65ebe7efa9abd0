import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { accountsOf, untilSettled } from './accounts.ts';
import { type FaultMesh, startFaultMesh } from './fault-mesh.ts';
import { slowModel } from './slow-model.ts';
import { type CountedJob, jobs, overNats, submitAll } from './submission.ts';

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
      env: { SCOREMESH_JOBS_MAX_ATTEMPTS: String(maxAttempts), SCOREMESH_JOBS_PATIENCE: '5s' },
    });
  }, patienceMs);
  afterAll(() => closers.close(), patienceMs);

  const poisonOf = (tenant: string): CountedJob => ({
    ...jobs(tenant, 1)[0]!,
    id: `${tenant}-poison`,
    model: 'slow',
  });

  /** The worker meets the job in the midst of others, and only the job ends dead. */
  const expectOnlyItDead = async (tenant: string): Promise<void> => {
    const [worker] = mesh.workers;
    const poison = poisonOf(tenant);
    const others = jobs(tenant, 300);
    const all = [...others.slice(0, 100), poison, ...others.slice(100)];
    await worker!.kill();
    await submitAll(all, overNats(mesh.nats), 1);
    await worker!.restart();
    await untilSettled(mesh, tenant, all.length);
    const accounts = await accountsOf(mesh, tenant, all);
    expect(accounts).toMatchObject({
      faults: [],
      states: { SUCCEEDED: others.length, DEAD: 1 },
      records: others.length,
      deadLetters: 1,
    });
    expect(accounts.results.get(poison.id)?.state).toBe('JOB_STATE_DEAD');
  };

  it(
    'that ends its worker each time ends dead, and the others succeed',
    async () => {
      const [worker] = mesh.workers;
      let times = 0;
      let dying: Promise<void> = Promise.resolve();
      const begun = mesh.nats.subscribe(`scoremesh.begun.worker.${poisonOf('worker').id}`, {
        callback: () => {
          times += 1;
          dying = dying.then(() => worker!.kill()).then(() => worker!.restart());
        },
      });
      await expectOnlyItDead('worker');
      await dying;
      begun.unsubscribe();
      expect(times).toBe(maxAttempts);
    },
    patienceMs,
  );

  it(
    'that ends the process of its model each time ends dead, and the others succeed',
    async () => {
      let isOver = false;
      const { inference } = mesh;
      const crashing = (async () => {
        while (!isOver) {
          if (!(await isAtWork(mesh))) continue;
          await inference.kill();
          await inference.restart();
        }
      })();
      await expectOnlyItDead('executor').finally(() => (isOver = true));
      await crashing;
    },
    patienceMs,
  );
});

const lookMs = 150;

/** Whether models can be run, and a score has been waited for over two looks: a run of the slow one, or many of the other. */
async function isAtWork({ inference, workers }: FaultMesh): Promise<boolean> {
  for (let look = 0; look < 2; look += 1) {
    await delay(lookMs);
    try {
      if (!(await fetch(`http://127.0.0.1:${inference.metricsPort}/readyz`)).ok) return false;
      const text = await (await fetch(`http://127.0.0.1:${workers[0]!.metricsPort}/metrics`)).text();
      if (/^scoremesh_scores_in_flight 0$/m.test(text)) return false;
    } catch {
      return false;
    }
  }
  return true;
}
