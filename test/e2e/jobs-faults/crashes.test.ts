import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { untilReady } from '../../contract/ready.ts';
import type { RoleProcess } from '../../contract/role-process.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { patiently } from '../../kit/patiently.ts';
import { expectAllSucceeded } from './all-succeeded.ts';
import { ackWaitMs, type FaultMesh, startFaultMesh } from './fault-mesh.ts';
import { overGateway, overNats, startProducing } from './submission.ts';

const patienceMs = 300_000;

describe.skipIf(natsIsAbsent)('jobs, counted,', () => {
  let closers: Closers;
  let mesh: FaultMesh;

  beforeAll(async () => {
    closers = createClosers(silentLog);
    mesh = await startFaultMesh(closers);
  }, patienceMs);
  afterAll(() => closers.close(), patienceMs);

  const crash = async (role: RoleProcess, times: number): Promise<void> => {
    for (let time = 0; time < times; time++) {
      await delay(Math.random() * 700);
      await role.kill();
      await role.restart();
    }
    await untilReady(`http://127.0.0.1:${role.metricsPort}`);
  };

  it(
    'survive a kill -9 of their workers at random points',
    async () => {
      const producing = startProducing('workers', overNats(mesh.nats));
      await Promise.all(mesh.workers.map((worker) => crash(worker, 2)));
      await expectAllSucceeded(mesh, 'workers', await producing.stop());
    },
    patienceMs,
  );

  it(
    'survive a kill -9 of the gateway that takes them',
    async () => {
      const producing = startProducing('gateway', overGateway(mesh.client));
      await crash(mesh.gateway, 2);
      await expectAllSucceeded(mesh, 'gateway', await producing.stop());
    },
    patienceMs,
  );

  it(
    'survive a kill -9 of nats-server, which comes back with its files',
    async () => {
      const producing = startProducing('nats', overNats(mesh.nats));
      for (let time = 0; time < 4; time++) {
        await delay(300 + Math.random() * 1000);
        await patiently(async () => mesh.killNats());
      }
      await delay(500);
      await expectAllSucceeded(mesh, 'nats', await producing.stop());
    },
    patienceMs,
  );

  it(
    'survive a kill -9 of the audit log',
    async () => {
      const producing = startProducing('audit', overNats(mesh.nats));
      await crash(mesh.audit, 2);
      await expectAllSucceeded(mesh, 'audit', await producing.stop());
    },
    patienceMs,
  );

  it(
    'have one result each where a worker stands still for longer than the ack wait, and goes on',
    async () => {
      const before = await counted(mesh.workers, 'redelivered');
      const producing = startProducing('frozen', overNats(mesh.nats));
      for (const worker of mesh.workers) {
        await delay(300);
        worker.freeze();
        await delay(ackWaitMs * 2);
        worker.thaw();
      }
      await expectAllSucceeded(mesh, 'frozen', await producing.stop());
      // What came to the one that stood still was given to the other one.
      expect(await counted(mesh.workers, 'redelivered')).toBeGreaterThan(before);
    },
    patienceMs,
  );

  it(
    'wait while their model is unloaded',
    async () => {
      const producing = startProducing('unloaded', overNats(mesh.nats));
      await delay(300);
      await mesh.client.models.UnloadModel({ name: 'm' });
      await delay(1500);
      const submitted = await producing.stop();
      await mesh.client.models.LoadModel({ name: 'm' });
      await expectAllSucceeded(mesh, 'unloaded', submitted);
    },
    patienceMs,
  );
});

/** Sum of a counter of jobs over the workers. */
async function counted(workers: readonly RoleProcess[], name: string): Promise<number> {
  let sum = 0;
  for (const { metricsPort } of workers) {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    for (const [, value] of text.matchAll(new RegExp(`^scoremesh_jobs_${name}_total\\S* (\\d+)$`, 'gm')))
      sum += Number(value);
  }
  return sum;
}
