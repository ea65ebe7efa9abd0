import { setTimeout as delay } from 'node:timers/promises';
import { headers } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Closers, createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { natsIsAbsent } from '../kit/bus/broker.ts';
import { patiently } from '../kit/patiently.ts';
import { accountsOf, untilSettled } from './jobs-faults/accounts.ts';
import { type FaultMesh, startFaultMesh } from './jobs-faults/fault-mesh.ts';
import { jobs } from './jobs-faults/submission.ts';

const patienceMs = 300_000;
const windowMs = 1000;
const count = 30;

interface Malformed {
  readonly tenant: string;
  readonly model?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const kinds: readonly Malformed[] = [
  { tenant: 'json', body: '{"inputs":' },
  { tenant: 'proto', body: 'xxx', headers: { 'Content-Type': 'application/x-protobuf' } },
  { tenant: 'type', headers: { 'Content-Type': 'text/xml' } },
  { tenant: 'deadline', headers: { 'Scoremesh-Deadline': 'tomorrow' } },
  { tenant: 'reply', headers: { 'Scoremesh-Reply-To': 'replies.other.x' } },
  { tenant: 'payload', headers: { 'Scoremesh-Payload': 'sha256:none' } },
  { tenant: 'model', model: 'm!'.repeat(400) },
  { tenant: 'a%b' },
  { tenant: 'ü'.repeat(200) },
];

describe.skipIf(natsIsAbsent)('jobs that can not be read', () => {
  let closers: Closers;
  let mesh: FaultMesh;

  beforeAll(async () => {
    closers = createClosers(silentLog);
    // Whatever holds the machine up, no job is given to another worker meanwhile.
    const env = { SCOREMESH_JOBS_DUPLICATE_WINDOW: `${windowMs}ms`, SCOREMESH_JOBS_ACK_WAIT: '60s' };
    mesh = await startFaultMesh(closers, { env });
  }, patienceMs);
  afterAll(() => closers.close(), patienceMs);

  const publish = (job: Malformed, id: string): Promise<unknown> => {
    const fields = headers();
    fields.set('Nats-Msg-Id', `${job.tenant}.${id}`);
    for (const [name, value] of Object.entries(job.headers ?? {})) fields.set(name, value);
    const subject = `scoremesh.jobs.normal.${job.tenant}.${job.model ?? 'm'}`;
    const body = job.body ?? '{"inputs":{"a":1}}';
    return patiently(() => mesh.nats.jetstream().publish(subject, body, { headers: fields }));
  };

  it(
    'have a result and a refusal in the log each, and are told once, however often they are published',
    async () => {
      const heard = new Map<string, number>();
      mesh.nats.subscribe('scoremesh.results.>', {
        callback: (_, { subject }) => heard.set(subject, (heard.get(subject) ?? 0) + 1),
      });
      // Of two tenants that use the same id each has its own.
      const all = jobs('job', count);
      const publishAll = () => Promise.all(kinds.flatMap((kind) => all.map(({ id }) => publish(kind, id))));
      const settled = async (): Promise<void> => {
        for (const { tenant } of kinds) await untilSettled(mesh, tenant, count);
      };
      await publishAll();
      await settled();
      for (let time = 0; time < 2; time += 1) {
        await delay(2 * windowMs);
        await publishAll();
        await settled();
      }
      for (const { tenant } of kinds)
        expect(await accountsOf(mesh, tenant, all)).toMatchObject({
          faults: [],
          states: { FAILED: count },
          records: 0,
          deadLetters: 0,
        });
      expect(await countRefusals()).toEqual({ refusals: kinds.length * count, longest: expect.any(Number) });
      expect((await countRefusals()).longest).toBeLessThan(2048);
      await mesh.nats.flush();
      expect([heard.size, new Set(heard.values())]).toEqual([kinds.length * count, new Set([1])]);
    },
    patienceMs,
  );

  const countRefusals = async (): Promise<{ refusals: number; longest: number }> => {
    let refusals = 0;
    let longest = 0;
    let pageToken = '';
    do {
      const page = await mesh.client.audit.ListRecords({ pageSize: 1000, pageToken });
      for (const { record } of page.records) {
        if (!record?.refusal) continue;
        refusals += 1;
        longest = Math.max(longest, JSON.stringify(record).length);
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return { refusals, longest };
  };
});
