import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { type Member, startCluster } from '../../kit/bus/cluster.ts';
import { patiently } from '../../kit/patiently.ts';
import { expectAllSucceeded } from './all-succeeded.ts';
import { type FaultMesh, startFaultMesh } from './fault-mesh.ts';
import { overGateway, overNats, startProducing } from './submission.ts';

const patienceMs = 300_000;

describe.skipIf(natsIsAbsent)('jobs that three nats-servers keep, counted,', () => {
  let closers: Closers;
  let members: readonly Member[];
  let mesh: FaultMesh;

  beforeAll(async () => {
    closers = createClosers(silentLog);
    const folder = mkdtempSync(join(tmpdir(), 'scoremesh-job-cluster-'));
    closers.add('folder', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    members = await startCluster(folder, closers);
    const servers = members.map(({ url }) => url);
    mesh = await startFaultMesh(closers, {
      workers: 1,
      env: { SCOREMESH_JOBS_REPLICAS: '3' },
      nats: { env: { SCOREMESH_NATS_URL: servers.join(',') }, client: { servers } },
    });
  }, patienceMs);
  afterAll(() => closers.close(), patienceMs);

  const memberOfWorker = async (): Promise<Member> => {
    for (const member of members)
      if ((await member.clients()).some((name) => name.includes('worker'))) return member;
    throw new Error('the worker is not connected');
  };
  const streamInfo = async () =>
    (await mesh.nats.jetstreamManager({ timeout: 2000 })).streams.info('SCOREMESH_JOBS');
  const leader = async (): Promise<Member> => {
    const name = (await streamInfo()).cluster?.leader;
    const found = members.find((member) => member.name === name);
    if (found === undefined) throw new Error('the stream has no leader');
    return found;
  };
  const untilWhole = () =>
    patiently(async () => {
      const replicas = (await streamInfo()).cluster?.replicas ?? [];
      if (replicas.length !== 2 || !replicas.every(({ current }) => current)) throw new Error('not current');
    });
  const crash = async (find: () => Promise<Member>): Promise<void> => {
    await untilWhole();
    const member = await patiently(find);
    await member.kill();
    await delay(500 + Math.random() * 1000);
    await member.restart();
  };

  it(
    'survive a kill -9 of the server that their worker is connected to, and of the leader of their stream',
    async () => {
      const plain = startProducing('plain', overNats(mesh.nats));
      const gateway = startProducing('gateway', overGateway(mesh.client));
      for (const find of [memberOfWorker, leader]) await crash(find);
      await untilWhole();
      await expectAllSucceeded(mesh, 'plain', await plain.stop());
      await expectAllSucceeded(mesh, 'gateway', await gateway.stop());
    },
    patienceMs,
  );
});
