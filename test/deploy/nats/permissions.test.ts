import { hash } from 'node:crypto';
import { connect, Events, headers, type NatsConnection } from 'nats';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { jobsDefaults } from '../../../services/scoring/jobs/config.ts';
import { payloadsBucket, payloadsStream } from '../../../services/scoring/jobs/payloads.ts';
import { jobStreams, keepJobStreams } from '../../../services/scoring/jobs/streams.ts';
import { closersOfTest, connectBus, natsIsAbsent } from '../../kit/bus/broker.ts';
import { scoreRequest } from '../../scoring/fakes.ts';
import { createLedger, startWorker } from '../../scoring/jobs/worker-mesh.ts';
import {
  apiOver,
  callOf,
  jobResult,
  requestCodec,
  resultCodec,
  submission,
  testStreams,
  workOn,
} from '../../scoring/jobs-api/job-mesh.ts';
import { shipped, startShipped, uncommented } from './shipped-server.ts';

const users = ['producer', 'large_producer', 'gateway', 'worker', 'mesh'] as const;
type User = (typeof users)[number];

const nameOf = (user: User): string =>
  user === 'producer' ? 'acme' : user === 'large_producer' ? 'acme-large' : user;

beforeAll(() => {
  for (const user of users)
    vi.stubEnv(`SCOREMESH_NATS_${user.toUpperCase()}_PASSWORD`, `password-of-${user}`);
  return () => vi.unstubAllEnvs();
});

/** A nats-server with the permissions as they are shipped, and the producer that is shipped as a comment; resolves to its URL for a user. */
async function startServer(): Promise<(user: User) => string> {
  const port = await startShipped('permissions.conf', uncommented(/PRODUCER_ACME_LARGE|acme-large/));
  return (user) => `nats://${nameOf(user)}:password-of-${user}@127.0.0.1:${port}`;
}

async function connectAs(user: User, url: string): Promise<NatsConnection> {
  const { host, username, password } = new URL(url);
  const nats = await connect({
    servers: host,
    user: username,
    pass: password,
    ...(user.endsWith('producer') ? { inboxPrefix: '_INBOX_acme' } : {}),
  });
  onTestFinished(() => nats.close());
  return nats;
}

describe.skipIf(natsIsAbsent)('the permissions that are shipped', () => {
  it('let a producer, a worker and a gateway do all of their work', async () => {
    const urlOf = await startServer();
    const gateway = await connectBus(urlOf('gateway'));
    const worker = await connectBus(urlOf('worker'));
    for (const spec of testStreams) await gateway.ensureStream(spec);
    for (const spec of testStreams) await worker.ensureStream(spec);
    const jobs = apiOver(gateway);
    let last = '';
    const watch = async (tenant: string, jobId: string): Promise<void> => {
      for await (const { job } of jobs.WatchJob({ tenant, jobId }, callOf())) last = job?.state ?? '';
    };
    // The gateway submits, looks, cancels and lists.
    await jobs.SubmitJob(submission({ tenant: 'acme', jobId: 'j1' }), callOf());
    await jobs.CancelJob({ tenant: 'acme', jobId: 'j1' }, callOf(500));
    expect((await jobs.GetJob({ tenant: 'acme', jobId: 'j1' }, callOf())).job?.cancelRequested).toBe(true);
    workOn(worker);
    await watch('acme', 'j1');
    expect(last).toBe('JOB_STATE_SUCCEEDED');
    const listed = { tenant: 'acme', state: 'JOB_STATE_UNSPECIFIED', pageSize: 0, pageToken: '' } as const;
    // The worker lets go of a job after its result.
    await expect.poll(async () => (await jobs.ListJobs(listed, callOf())).jobs.length).toBe(1);

    // A producer submits, and hears of its result in all three ways.
    const producer = await connectAs('producer', urlOf('producer'));
    const [bySubject, byReply] = ['scoremesh.results.acme.j2', 'replies.acme.mine'].map((subject) =>
      producer.subscribe(subject, { max: 1 }),
    );
    await producer.flush();
    const sent = headers();
    sent.set('Nats-Msg-Id', 'acme.j2');
    sent.set('Content-Type', 'application/x-protobuf');
    sent.set('Scoremesh-Reply-To', 'replies.acme.mine');
    const body = requestCodec.encode(scoreRequest({ inputs: { a: { number: 4, kind: 'number' } } }));
    const ack = await producer.request('scoremesh.jobs.high.acme.m', body, { headers: sent, timeout: 5000 });
    expect(ack.json()).toMatchObject({ stream: 'SCOREMESH_JOBS' });
    for (const subscription of [bySubject!, byReply!])
      for await (const { data } of subscription)
        expect(resultCodec.decode(data).response?.outputs).toMatchObject({ score: { number: 8 } });
    const kept = await producer.request('$JS.API.DIRECT.GET.SCOREMESH_RESULTS.scoremesh.results.acme.j2');
    expect(resultCodec.decode(kept.data).jobId).toBe('j2');

    // A worker gives one up, and the gateway submits it again.
    const dead = jobResult({ jobId: 'd1', tenant: 'acme', state: 'JOB_STATE_DEAD' });
    await worker.publish('scoremesh.results.acme.d1', resultCodec.encode(dead));
    await worker.publish('scoremesh.dead.acme.m', body, {
      headers: { 'Scoremesh-Job-Id': 'd1', 'Scoremesh-Subject': 'scoremesh.jobs.low.acme.m' },
    });
    const redriven = await jobs.RedriveJobs({ tenant: 'acme', model: '', jobIds: [], limit: 0 }, callOf());
    expect(redriven.redriven).toBe(1);
    await watch('acme', 'd1');
    expect(last).toBe('JOB_STATE_SUCCEEDED');
  });

  it('let a worker and a gateway of the mesh do their work, and set their streams up', async () => {
    const urlOf = await startServer();
    const worker = await startWorker(
      urlOf('worker'),
      createLedger(async ({ requestId }) => {
        if (requestId === 'dies') throw new MeshError('INFERENCE_FAILED', 'always');
        return 1;
      }),
      { maxAttempts: 1 },
    );
    const gateway = await connectBus(urlOf('gateway'));
    const closers = closersOfTest();
    keepJobStreams(jobStreams(jobsDefaults), { bus: gateway, log: silentLog }, closers);
    const jobs = apiOver(gateway);
    const submit = (jobId: string) => jobs.SubmitJob(submission({ tenant: 'acme', jobId }), callOf());
    await expect.poll(() => submit('scored').catch(() => undefined)).toBeDefined();
    await submit('dies');
    const stateOf = async (jobId: string) =>
      (await jobs.GetJob({ tenant: 'acme', jobId }, callOf())).job?.state;
    const patience = { timeout: 30_000 };
    await expect.poll(() => stateOf('scored'), patience).toBe('JOB_STATE_SUCCEEDED');
    await expect.poll(() => stateOf('dies'), patience).toBe('JOB_STATE_DEAD');
    const redriven = await jobs.RedriveJobs({ tenant: 'acme', model: '', jobIds: [], limit: 0 }, callOf());
    expect(redriven.redriven).toBe(1);

    // What is too large for a message, through the gateway and by a producer that may use the bucket itself.
    keepJobStreams([payloadsStream(jobsDefaults)], { bus: gateway, log: silentLog }, closers);
    const tensor = { datatype: 'UINT8', shape: ['2000000'], data: Buffer.alloc(2_000_000) };
    const large = scoreRequest({ inputs: { a: { tensor, kind: 'tensor' } } });
    const submitLarge = () =>
      jobs.SubmitJob(submission({ tenant: 'acme', jobId: 'large', request: large }), callOf());
    await expect.poll(() => submitLarge().catch(() => undefined), patience).toBeDefined();
    await expect.poll(() => stateOf('large'), patience).toBe('JOB_STATE_SUCCEEDED');
    const producer = await connectAs('large_producer', urlOf('large_producer'));
    const store = await producer.jetstream().views.os(payloadsBucket);
    const body = Buffer.from(requestCodec.encode(large));
    const name = hash('sha256', body);
    await store.putBlob({ name }, body);
    expect(Buffer.compare((await store.getBlob(name))!, body)).toBe(0);
    const sent = headers();
    for (const [key, value] of Object.entries({
      'Nats-Msg-Id': 'by-hand',
      'Content-Type': 'application/x-protobuf',
      'Scoremesh-Payload': `sha256:${name}`,
    }))
      sent.set(key, value);
    await producer.request('scoremesh.jobs.high.acme.m', '', { headers: sent, timeout: 5000 });
    await expect.poll(() => stateOf('by-hand'), patience).toBe('JOB_STATE_SUCCEEDED');
    expect(worker.recorder.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

  it('let each do nothing else', async () => {
    const urlOf = await startServer();
    const mesh = await connectBus(urlOf('mesh'));
    for (const spec of testStreams) await mesh.ensureStream(spec);
    const forbidden: Record<User, { publish: string[]; subscribe: string[] }> = {
      producer: {
        publish: [
          'scoremesh.jobs.high.other.m',
          'scoremesh.results.acme.j1',
          'scoremesh.cancels.acme.j1',
          'scoremesh.dead.acme.m',
          '$JS.API.STREAM.MSG.GET.SCOREMESH_RESULTS',
          '$JS.API.DIRECT.GET.SCOREMESH_RESULTS.scoremesh.results.other.j1',
          '$JS.API.STREAM.INFO.SCOREMESH_JOBS',
          '$JS.API.STREAM.CREATE.MINE',
          '$JS.API.CONSUMER.CREATE.SCOREMESH_JOBS',
          '$JS.ACK.SCOREMESH_JOBS.x.1.1.1.1.0',
          '$O.SCOREMESH_PAYLOADS.M.abc',
          '$O.SCOREMESH_PAYLOADS.C.abc',
          '$JS.API.STREAM.MSG.GET.OBJ_SCOREMESH_PAYLOADS',
          '$JS.API.CONSUMER.CREATE.OBJ_SCOREMESH_PAYLOADS',
        ],
        subscribe: ['>', '_INBOX.>', 'scoremesh.jobs.>', 'scoremesh.results.other.*', 'scoremesh.results.>'],
      },
      large_producer: {
        publish: [
          'scoremesh.jobs.high.other.m',
          'scoremesh.results.acme.j1',
          '$JS.API.STREAM.MSG.GET.SCOREMESH_RESULTS',
          '$JS.API.STREAM.MSG.DELETE.OBJ_SCOREMESH_PAYLOADS',
          '$JS.API.STREAM.PURGE.OBJ_SCOREMESH_PAYLOADS',
          '$JS.API.STREAM.UPDATE.OBJ_SCOREMESH_PAYLOADS',
          '$JS.API.STREAM.CREATE.MINE',
          '$JS.API.CONSUMER.CREATE.SCOREMESH_JOBS',
        ],
        subscribe: ['>', '_INBOX.>', 'scoremesh.jobs.>', 'scoremesh.results.other.*', '$O.>'],
      },
      gateway: {
        publish: [
          'scoremesh.results.acme.j1',
          'scoremesh.dead.acme.m',
          '$JS.ACK.SCOREMESH_JOBS.x.1.1.1.1.0',
          '$JS.API.CONSUMER.CREATE.SCOREMESH_JOBS',
          '$JS.API.STREAM.MSG.DELETE.SCOREMESH_JOBS',
          '$JS.API.STREAM.DELETE.SCOREMESH_JOBS',
          '$JS.API.STREAM.PURGE.SCOREMESH_RESULTS',
          '$JS.API.STREAM.PURGE.OBJ_SCOREMESH_PAYLOADS',
          '$JS.API.STREAM.CREATE.MINE',
          '$O.OTHER.M.abc',
        ],
        subscribe: ['>', '_INBOX_acme.>', 'scoremesh.jobs.>'],
      },
      worker: {
        publish: [
          'scoremesh.jobs.high.acme.m',
          'scoremesh.cancels.acme.j1',
          '$JS.API.STREAM.MSG.DELETE.SCOREMESH_RESULTS',
          '$JS.API.STREAM.MSG.DELETE.SCOREMESH_DEAD',
          '$JS.API.STREAM.DELETE.SCOREMESH_JOBS',
          '$JS.API.STREAM.PURGE.SCOREMESH_JOBS',
          '$JS.API.STREAM.PURGE.OBJ_SCOREMESH_PAYLOADS',
          '$JS.API.STREAM.CREATE.MINE',
          '$O.OTHER.M.abc',
          'anything.else',
        ],
        subscribe: ['>', '_INBOX_acme.>', 'scoremesh.jobs.>', 'replies.>'],
      },
      mesh: {
        publish: [
          '$JS.API.STREAM.DELETE.SCOREMESH_JOBS',
          '$JS.API.STREAM.PURGE.SCOREMESH_JOBS',
          'anything.else',
        ],
        subscribe: ['>', '_INBOX_acme.>', 'anything.else'],
      },
    };
    for (const user of users) {
      const nats = await connectAs(user, urlOf(user));
      const refused = new Set<string>();
      void (async () => {
        for await (const { type, permissionContext } of nats.status())
          if (type === Events.Error && permissionContext)
            refused.add(`${permissionContext.operation} ${permissionContext.subject}`);
      })();
      for (const subject of forbidden[user].publish) nats.publish(subject, '{}');
      for (const subject of forbidden[user].subscribe) nats.subscribe(subject, { callback: () => {} });
      await nats.flush();
      const expected = [
        ...forbidden[user].publish.map((subject) => `publish ${subject}`),
        ...forbidden[user].subscribe.map((subject) => `subscription ${subject}`),
      ];
      await expect.poll(() => [user, ...[...refused].sort()]).toEqual([user, ...expected.sort()]);
    }
  });

  it('take nobody without a password', async () => {
    const urlOf = await startServer();
    const { host } = new URL(urlOf('mesh'));
    await expect(connect({ servers: host, maxReconnectAttempts: 0 })).rejects.toThrow(/authorization/i);
    await expect(
      connect({ servers: host, user: 'mesh', pass: 'x', maxReconnectAttempts: 0 }),
    ).rejects.toThrow(/authorization/i);
    expect(await shipped('permissions.conf')).not.toMatch(/password: *[^$ ]/);
  });
});
