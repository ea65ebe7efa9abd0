import { describe, expect, it } from 'vitest';
import type { Job__Output } from '../../../services/gen/scoremesh/scoring/v1/Job.ts';
import { createBus } from '../../../services/kit/bus/bus.ts';
import { startCall } from '../../../services/kit/contract/call.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { timestampOfMs } from '../../../services/scoring/jobs/job-time.ts';
import { closersOfTest, natsIsAbsent } from '../../kit/bus/broker.ts';
import { scoreRequest } from '../fakes.ts';
import {
  apiOver,
  type JobMesh,
  jobResult,
  resultCodec,
  startJobMesh,
  submission,
  watched,
} from './job-mesh.ts';

const job = (jobId: string, tenant = '') => ({ tenant, jobId });

describe.skipIf(natsIsAbsent)('SubmitJob', () => {
  it('publishes what the contract of job.proto says', async () => {
    const mesh = await startJobMesh();
    const call = mesh.call();
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, state: '' };
    const deadline = timestampOfMs(Date.UTC(2100, 0, 1));
    const answer = await mesh.jobs.SubmitJob(
      submission({
        tenant: 't',
        jobId: 'j1',
        lane: 'JOB_LANE_HIGH',
        deadline,
        request: scoreRequest({ model: 'a.b@c' }),
      }),
      { ...call, trace },
    );
    expect(answer).toEqual({ jobId: 'j1', duplicate: false });
    const stored = await mesh.bus.stored.last('SCOREMESH_JOBS', 'scoremesh.jobs.high.t.a.b@c');
    const [span] = mesh.recorder.spans;
    expect(stored?.headers).toMatchObject({
      'Nats-Msg-Id': 't.j1',
      'Scoremesh-Job-Id': 'j1',
      'Content-Type': 'application/x-protobuf',
      'Scoremesh-Deadline': '2100-01-01T00:00:00.000Z',
      traceparent: `00-${'a'.repeat(32)}-${span?.spanId}-01`,
    });
    expect(span).toMatchObject({ name: 'send scoremesh.jobs', kind: 4, parentSpanId: 'b'.repeat(16) });
  });

  it('names every fault at once', async () => {
    const mesh = await startJobMesh();
    const request = scoreRequest({ model: 'a..b', requestId: 'r', entities: { e: '' } });
    const error = await mesh.jobs
      .SubmitJob(submission({ tenant: 'a.b', jobId: '*', deadline: timestampOfMs(5), request }), mesh.call())
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(MeshError);
    expect(error.details.violations.map(({ field }: { field: string }) => field)).toEqual([
      'tenant',
      'job_id',
      'request.request_id',
      'request.model',
      'request.entities.e',
      'deadline',
    ]);
    await expect(mesh.jobs.SubmitJob(submission({ request: null }), mesh.call())).rejects.toMatchObject({
      details: { violations: [{ field: 'request', description: 'missing' }] },
    });
  });

  it('answers a repeat as a duplicate, within the window of JetStream and once there is a result', async () => {
    const mesh = await startJobMesh();
    const submit = () => mesh.jobs.SubmitJob(submission({ jobId: 'j1' }), mesh.call());
    expect(await submit()).toEqual({ jobId: 'j1', duplicate: false });
    expect(await submit()).toEqual({ jobId: 'j1', duplicate: true });
    // As if the window had long passed.
    await mesh.bus.publish('scoremesh.results.default.old', resultCodec.encode(jobResult({ jobId: 'old' })));
    expect(await mesh.jobs.SubmitJob(submission({ jobId: 'old' }), mesh.call())).toEqual({
      jobId: 'old',
      duplicate: true,
    });
    const fresh = await mesh.jobs.SubmitJob(submission(), mesh.call());
    expect(fresh).toEqual({ jobId: expect.stringMatching(/^[0-9a-f-]{36}$/), duplicate: false });
  });

  it('refuses what a full queue does not take, and says when to come again', async () => {
    const mesh = await startJobMesh();
    for (let i = 0; i < 4; i++) await mesh.jobs.SubmitJob(submission(), mesh.call());
    await expect(mesh.jobs.SubmitJob(submission(), mesh.call())).rejects.toMatchObject({
      reason: 'QUEUE_FULL',
      message: expect.stringContaining('the queue of model m of tenant default in lane normal'),
      details: { retryAfterMs: expect.any(Number) },
    });
    // Another tenant's queue is not full.
    await mesh.jobs.SubmitJob(submission({ tenant: 'other' }), mesh.call());
  });

  it('tells workers of a queue that was not seen lately', async () => {
    const mesh = await startJobMesh();
    const heard: string[] = [];
    await new Promise<void>((onListening) => {
      mesh.bus.listen('scoremesh.queues.>', { onMessage: ({ subject }) => heard.push(subject), onListening });
    });
    for (let i = 0; i < 3; i++) await mesh.jobs.SubmitJob(submission({ tenant: 't' }), mesh.call());
    await expect.poll(() => heard).toEqual(['scoremesh.queues.normal.t']);
  });

  it('fails without NATS, saying what to do', async () => {
    const bus = await createBus({ name: 'test' }, { log: silentLog }, closersOfTest());
    const api = apiOver(bus);
    const call = startCall({ timeoutMs: 5000, principal: 'test' });
    const unavailable = {
      reason: 'NATS_UNAVAILABLE',
      message: expect.stringContaining('SCOREMESH_NATS_URL'),
    };
    await expect(api.SubmitJob(submission(), call)).rejects.toMatchObject(unavailable);
    await expect(api.GetJob(job('j'), call)).rejects.toMatchObject(unavailable);
    await expect(api.CancelJob(job('j'), call)).rejects.toMatchObject(unavailable);
    await expect(api.WatchJob(job('j'), call)[Symbol.asyncIterator]().next()).rejects.toMatchObject(
      unavailable,
    );
  });
});

describe.skipIf(natsIsAbsent)('GetJob', () => {
  it('finds what waits, also what another gateway or a plain producer submitted, then its result', async () => {
    const mesh = await startJobMesh();
    await mesh.jobs.SubmitJob(submission({ jobId: 'j1', lane: 'JOB_LANE_LOW' }), mesh.call());
    await mesh.bus.publish('scoremesh.jobs.high.default.x', Buffer.from('{}'), { msgId: 'plain' });
    const waiting = { state: 'JOB_STATE_QUEUED', cancelRequested: false, result: null };
    const elsewhere = apiOver(mesh.bus);
    for (const api of [mesh.jobs, elsewhere]) {
      const { job: first } = await api.GetJob(job('j1'), mesh.call());
      expect(first).toMatchObject({
        ...waiting,
        jobId: 'j1',
        model: 'm',
        lane: 'JOB_LANE_LOW',
        tenant: 'default',
      });
      const { job: second } = await api.GetJob(job('plain'), mesh.call());
      expect(second).toMatchObject({ ...waiting, model: 'x', lane: 'JOB_LANE_HIGH' });
    }
    await mesh.work();
    expect(await watched(mesh, 'j1')).toContain('SUCCEEDED');
    const { job: ended } = await elsewhere.GetJob(job('j1'), mesh.call());
    expect(ended).toMatchObject({
      state: 'JOB_STATE_SUCCEEDED',
      result: { attempts: 1, response: { outputs: { score: { number: 42 } } } },
    });
  });

  it('says that there is none', async () => {
    const mesh = await startJobMesh();
    await mesh.jobs.SubmitJob(submission({ tenant: 'a', jobId: 'j1' }), mesh.call());
    await expect(mesh.jobs.GetJob(job('j1', 'b'), mesh.call())).rejects.toMatchObject({
      reason: 'JOB_NOT_FOUND',
      code: 5,
      details: { metadata: { looked_through: 'all' } },
    });
    await expect(mesh.jobs.GetJob(job(''), mesh.call())).rejects.toMatchObject({ reason: 'INVALID_REQUEST' });
  });

  it('finds jobs that came while another call looked', async () => {
    const mesh = await startJobMesh();
    const ids = Array.from({ length: 12 }, (_, i) => `j${i}`);
    for (const [i, id] of ids.entries())
      await mesh.bus.publish(`scoremesh.jobs.low.default.m${i}`, Buffer.from('{}'), { msgId: id });
    const elsewhere = apiOver(mesh.bus);
    const found = await Promise.all([...ids].reverse().map((id) => elsewhere.GetJob(job(id), mesh.call())));
    expect(found.map((answer) => answer.job?.jobId).sort()).toEqual([...ids].sort());
  });
});

describe.skipIf(natsIsAbsent)('WatchJob', () => {
  it('tells the present state, that it runs, and the result', async () => {
    const mesh = await startJobMesh();
    await mesh.jobs.SubmitJob(submission({ jobId: 'j1' }), mesh.call());
    let go = (): void => {};
    const gone = new Promise<void>((resolve) => (go = resolve));
    const states = watched(mesh, 'j1', ({ state }) => {
      if (state === 'JOB_STATE_QUEUED') void mesh.work(() => gone.then(() => 7));
      if (state === 'JOB_STATE_RUNNING') go();
    });
    expect(await states).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
    expect(await watched(mesh, 'j1')).toEqual(['SUCCEEDED']);
  });

  it('goes on when NATS was killed and came back', async () => {
    const mesh = await startJobMesh();
    await mesh.jobs.SubmitJob(submission({ jobId: 'j1' }), mesh.call());
    let killed = false;
    const states = watched(mesh, 'j1', () => {
      if (killed) return;
      killed = true;
      mesh.broker.kill();
      void mesh.work();
    });
    expect((await states).at(-1)).toBe('SUCCEEDED');
  });

  it('does not take a result that was refused for the one that is kept', async () => {
    const mesh = await startJobMesh();
    await mesh.jobs.SubmitJob(submission({ jobId: 'j1' }), mesh.call());
    const other = resultCodec.encode(jobResult({ jobId: 'j1', state: 'JOB_STATE_CANCELLED' }));
    let told = false;
    const states = watched(mesh, 'j1', () => {
      if (told) return;
      told = true;
      // Heard by all, stored by none.
      mesh.bus.publishCore('scoremesh.results.default.j1', other, {
        headers: { 'Nats-Expected-Last-Subject-Sequence': '99' },
      });
      void mesh.work();
    });
    expect((await states).at(-1)).toBe('SUCCEEDED');
  });

  it('ends with the call, and with it its subscriptions', async () => {
    const mesh = await startJobMesh();
    await mesh.jobs.SubmitJob(submission({ jobId: 'j1' }), mesh.call());
    const call = mesh.call();
    const watch = mesh.jobs.WatchJob(job('j1'), call)[Symbol.asyncIterator]();
    await watch.next();
    const next = watch.next();
    call.cancellation.cancel(new MeshError('CALL_CANCELLED', 'gone'));
    await expect(next).rejects.toMatchObject({ reason: 'CALL_CANCELLED' });
  });

  it('is for jobs that are there', async () => {
    const mesh = await startJobMesh();
    await expect(watched(mesh, 'nothing')).rejects.toMatchObject({ reason: 'JOB_NOT_FOUND' });
  });
});

describe.skipIf(natsIsAbsent)('CancelJob', () => {
  it('is stored, told to who watches, and answered with the result if there soon is one', async () => {
    const mesh = await startJobMesh();
    await mesh.jobs.SubmitJob(submission({ jobId: 'j1' }), mesh.call());
    mesh.bus.listen('scoremesh.cancels.>', {
      onMessage: () => {
        const cancelled = jobResult({ jobId: 'j1', state: 'JOB_STATE_CANCELLED' });
        void mesh.bus.publish('scoremesh.results.default.j1', resultCodec.encode(cancelled));
      },
    });
    const { job: ended } = await mesh.jobs.CancelJob(job('j1'), mesh.call());
    expect(ended).toMatchObject({ state: 'JOB_STATE_CANCELLED', cancelRequested: true });
    expect(await mesh.bus.stored.last('SCOREMESH_CANCELS', 'scoremesh.cancels.default.j1')).toBeDefined();
  });

  it('answers within the time of its call that it was asked for', async () => {
    const mesh = await startJobMesh();
    await mesh.jobs.SubmitJob(submission({ jobId: 'j1' }), mesh.call());
    const { job: waiting } = await mesh.jobs.CancelJob(job('j1'), mesh.call(600));
    expect(waiting).toMatchObject({ state: 'JOB_STATE_QUEUED', cancelRequested: true, result: null });
    const { job: later } = await apiOver(mesh.bus).GetJob(job('j1'), mesh.call());
    expect(later?.cancelRequested).toBe(true);
  });

  it('changes nothing of what has ended, and knows what is not there', async () => {
    const mesh = await startJobMesh();
    await mesh.work();
    await mesh.jobs.SubmitJob(submission({ jobId: 'j1' }), mesh.call());
    await watched(mesh, 'j1');
    const { job: ended } = await mesh.jobs.CancelJob(job('j1'), mesh.call());
    expect(ended?.state).toBe('JOB_STATE_SUCCEEDED');
    expect(await mesh.bus.stored.last('SCOREMESH_CANCELS', 'scoremesh.cancels.default.j1')).toBeUndefined();
    await expect(mesh.jobs.CancelJob(job('nothing'), mesh.call())).rejects.toMatchObject({
      reason: 'JOB_NOT_FOUND',
    });
  });
});

describe.skipIf(natsIsAbsent)('ListJobs', () => {
  async function filled(): Promise<JobMesh> {
    const mesh = await startJobMesh();
    for (let i = 0; i < 5; i++) {
      const state = i % 2 === 0 ? 'JOB_STATE_SUCCEEDED' : 'JOB_STATE_DEAD';
      const result = jobResult({ jobId: `e${i}`, tenant: 't', state });
      await mesh.bus.publish(`scoremesh.results.t.e${i}`, resultCodec.encode(result));
    }
    for (let i = 0; i < 3; i++)
      await mesh.jobs.SubmitJob(submission({ tenant: 't', jobId: `w${i}` }), mesh.call());
    await mesh.jobs.SubmitJob(submission({ tenant: 'u' }), mesh.call());
    return mesh;
  }
  const all = async (mesh: JobMesh, state: Job__Output['state'], pageSize: number): Promise<string[][]> => {
    const pages: string[][] = [];
    let pageToken = '';
    do {
      const page = await mesh.jobs.ListJobs({ tenant: 't', state, pageSize, pageToken }, mesh.call());
      pages.push(page.jobs.map(({ jobId }) => jobId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return pages;
  };

  it('gives those that wait, then those that ended, page by page', async () => {
    const mesh = await filled();
    const ids = ['w0', 'w1', 'w2', 'e0', 'e1', 'e2', 'e3', 'e4'];
    expect((await all(mesh, 'JOB_STATE_UNSPECIFIED', 0)).flat()).toEqual(ids);
    for (const size of [1, 2, 3, 8])
      expect((await all(mesh, 'JOB_STATE_UNSPECIFIED', size)).flat()).toEqual(ids);
    expect((await all(mesh, 'JOB_STATE_QUEUED', 2)).flat()).toEqual(['w0', 'w1', 'w2']);
    expect((await all(mesh, 'JOB_STATE_DEAD', 1)).flat()).toEqual(['e1', 'e3']);
  });

  it('refuses tokens of other questions and pages that are too large', async () => {
    const mesh = await filled();
    const asked = { tenant: 't', state: 'JOB_STATE_UNSPECIFIED', pageSize: 1, pageToken: '' } as const;
    const { nextPageToken: pageToken } = await mesh.jobs.ListJobs(asked, mesh.call());
    for (const wrong of [
      { ...asked, pageToken, tenant: 'u' },
      { ...asked, pageToken, state: 'JOB_STATE_DEAD' as const },
      { ...asked, pageToken: `${pageToken}A` },
      { ...asked, pageSize: 1001 },
    ])
      await expect(mesh.jobs.ListJobs(wrong, mesh.call())).rejects.toMatchObject({
        reason: 'INVALID_REQUEST',
      });
  });
});
