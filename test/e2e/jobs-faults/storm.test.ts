import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { randomFrom } from '../../audit/faults/random.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { type FaultMesh, startFaultMesh } from './fault-mesh.ts';
import { storm, stormSettings } from './storm.ts';

const patienceMs = 600_000;
const jobs = 2000;

describe.skipIf(natsIsAbsent)('two thousand jobs of every kind', () => {
  let closers: Closers;
  let mesh: FaultMesh;

  beforeAll(async () => {
    closers = createClosers(silentLog);
    mesh = await startFaultMesh(closers, { env: stormSettings });
  }, patienceMs);
  afterAll(() => closers.close(), patienceMs);

  it(
    'end as they are meant to, once each and with one record each, through every fault in turn',
    async () => {
      const seed = Math.floor(Math.random() * 2 ** 31);
      const told: string[] = [`seed ${seed}`];
      const tell = (text: string): void => void told.push(text);
      const { accounts } = await storm(mesh, randomFrom(seed), {
        tenant: 'storm',
        jobs,
        perSecond: 150,
        pauseMs: 500,
        faults: 7,
        untilOver: false,
        tell,
      });
      expect(accounts.faults, told.join('\n')).toEqual([]);
      expect(Object.values(accounts.states).reduce((sum, count) => sum + count, 0)).toBe(jobs);
      expect(accounts.records).toBe(accounts.states.SUCCEEDED);
      expect(accounts.deadLetters).toBe(accounts.states.DEAD);
    },
    patienceMs,
  );
});
