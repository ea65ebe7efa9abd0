import { describe, expect, it } from 'vitest';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { toStatus } from '../../../services/kit/errors/status.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { patiently } from '../../kit/patiently.ts';
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

describe.skipIf(natsIsAbsent)('RedriveJobs', () => {
  /** Dead jobs of models m and n, with their letters and results. */
  async function withDead(count: number): Promise<JobMesh> {
    const mesh = await startJobMesh();
    for (let i = 0; i < count; i++) {
      const [jobId, model] = [`d${i}`, i % 2 === 0 ? 'm' : 'n'];
      await mesh.jobs.SubmitJob(
        submission({ jobId, lane: 'JOB_LANE_LOW', request: scoreRequest({ model }) }),
        mesh.call(),
      );
      const subject = `scoremesh.jobs.low.default.${model}`;
      const message = await mesh.bus.stored.last('SCOREMESH_JOBS', subject);
      await mesh.bus.publish(`scoremesh.dead.default.${model}`, message!.payload, {
        msgId: `${jobId}.10`,
        headers: {
          ...message!.headers,
          'Nats-Msg-Id': `${jobId}.10`,
          'Scoremesh-Job-Id': jobId,
          'Scoremesh-Subject': subject,
        },
      });
      const dead = jobResult({
        jobId,
        model,
        state: 'JOB_STATE_DEAD',
        error: toStatus(new MeshError('MODEL_NOT_FOUND', 'no such model')),
      });
      await mesh.bus.publish(`scoremesh.results.default.${jobId}`, resultCodec.encode(dead));
      await mesh.bus.stored.remove('SCOREMESH_JOBS', message!.sequence);
    }
    return mesh;
  }
  const ask = { tenant: '', model: '', jobIds: [] as string[], limit: 0 };

  it('submits them again where they were, so that they get another result', async () => {
    const mesh = await withDead(4);
    expect(await mesh.jobs.RedriveJobs(ask, mesh.call())).toEqual({ redriven: 4, more: false, unnamed: 0 });
    expect(await mesh.bus.stored.last('SCOREMESH_DEAD', '>')).toBeUndefined();
    const { job: waiting } = await apiOver(mesh.bus).GetJob(job('d1'), mesh.call());
    expect(waiting).toMatchObject({
      jobId: 'd1',
      state: 'JOB_STATE_QUEUED',
      model: 'n',
      lane: 'JOB_LANE_LOW',
    });
    await mesh.work();
    for (const id of ['d0', 'd1', 'd2', 'd3']) expect((await watched(mesh, id)).at(-1)).toBe('SUCCEEDED');
  });

  it('leaves nothing that a nats-server which is killed a moment later has again', async () => {
    const mesh = await withDead(8);
    const others = ['scoremesh.dead.other.m', 'scoremesh.results.other.j'];
    for (const subject of others) await mesh.bus.publish(subject, new Uint8Array(0));
    expect(await mesh.jobs.RedriveJobs(ask, mesh.call())).toMatchObject({ redriven: 8 });
    mesh.broker.kill();
    const first = async (stream: string): Promise<string | undefined> =>
      (await patiently(() => mesh.bus.stored.next(stream, '>', 1)))?.subject;
    expect([await first('SCOREMESH_DEAD'), await first('SCOREMESH_RESULTS')]).toEqual(others);
  });

  it('takes only those that were meant, and as many as were asked for', async () => {
    const mesh = await withDead(6);
    expect(await mesh.jobs.RedriveJobs({ ...ask, model: 'n', limit: 2 }, mesh.call())).toEqual({
      redriven: 2,
      more: true,
      unnamed: 0,
    });
    expect(await mesh.jobs.RedriveJobs({ ...ask, jobIds: ['d4', 'd1'] }, mesh.call())).toEqual({
      redriven: 1,
      more: false,
      unnamed: 0,
    });
    expect(await mesh.jobs.RedriveJobs({ ...ask, tenant: 'other' }, mesh.call())).toEqual({
      redriven: 0,
      more: false,
      unnamed: 0,
    });
    const { jobs } = await mesh.jobs.ListJobs(
      { tenant: '', state: 'JOB_STATE_DEAD', pageSize: 0, pageToken: '' },
      mesh.call(),
    );
    expect(jobs.map(({ jobId }) => jobId)).toEqual(['d0', 'd2', 'd5']);
    await expect(
      mesh.jobs.RedriveJobs({ tenant: '*', model: 'a..b', jobIds: ['.'], limit: 1e6 }, mesh.call()),
    ).rejects.toMatchObject({ details: { violations: { length: 4 } } });
  });

  it('passes over what names no job, and says of how many', async () => {
    const mesh = await withDead(1);
    for (const headers of [{}, { 'Scoremesh-Job-Id': 'a b' }])
      await mesh.bus.publish('scoremesh.dead.default.m', Buffer.from('{}'), {
        headers: { ...headers, 'Scoremesh-Subject': 'scoremesh.jobs.low.default.m' },
      });
    expect(await mesh.jobs.RedriveJobs(ask, mesh.call())).toEqual({ redriven: 1, more: false, unnamed: 2 });
    const one = { ...ask, jobIds: ['d7'] };
    expect(await mesh.jobs.RedriveJobs(one, mesh.call())).toEqual({ redriven: 0, more: false, unnamed: 0 });
    expect(await mesh.bus.stored.subjects('SCOREMESH_DEAD', '>', 10)).toEqual(
      new Map([['scoremesh.dead.default.m', 2]]),
    );
  });

  it('is not kept from it by the same message id in another tenant', async () => {
    const mesh = await withDead(1);
    const letter = await mesh.bus.stored.last('SCOREMESH_DEAD', '>');
    await mesh.bus.publish('scoremesh.jobs.low.foreign.m', Buffer.from('{}'), {
      msgId: `default.d0.again.${letter?.sequence}`,
    });
    expect(await mesh.jobs.RedriveJobs(ask, mesh.call())).toMatchObject({ redriven: 1 });
    await mesh.work();
    expect((await watched(mesh, 'd0')).at(-1)).toBe('SUCCEEDED');
  });

  it('does what is left of one that was interrupted', async () => {
    const mesh = await withDead(2);
    // Submitted again, done, and interrupted before its letter was removed.
    await mesh.bus.publish('scoremesh.results.default.d0', resultCodec.encode(jobResult({ jobId: 'd0' })));
    // Interrupted before it was submitted.
    const old = await mesh.bus.stored.last('SCOREMESH_RESULTS', 'scoremesh.results.default.d1');
    await mesh.bus.stored.remove('SCOREMESH_RESULTS', old!.sequence);
    expect(await mesh.jobs.RedriveJobs(ask, mesh.call())).toEqual({ redriven: 1, more: false, unnamed: 0 });
    const { job: kept } = await mesh.jobs.GetJob(job('d0'), mesh.call());
    expect(kept?.state).toBe('JOB_STATE_SUCCEEDED');
    expect(await mesh.bus.stored.last('SCOREMESH_DEAD', '>')).toBeUndefined();
  });
});
