import { describe, expect, it } from 'vitest';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { scoreRequest } from '../fakes.ts';
import { requestCodec, startJobMesh, submission } from './job-mesh.ts';

const patience = { timeout: 30_000 };

describe.skipIf(natsIsAbsent)('a job_id that two tenants use at once', () => {
  it('is a job of each, by gateway and by plain producers', async () => {
    const mesh = await startJobMesh();
    const body = requestCodec.encode(scoreRequest({ inputs: { a: { number: 21, kind: 'number' } } }));
    const both = ['a', 'b'] as const;
    const answers = await Promise.all(
      both.flatMap((tenant) => [
        mesh.jobs.SubmitJob(submission({ tenant, jobId: 'same' }), mesh.call()),
        mesh.bus.publish(`scoremesh.jobs.high.${tenant}.m`, body, { msgId: `${tenant}.plain` }),
      ]),
    );
    expect(answers.map(({ duplicate }) => duplicate)).toEqual([false, false, false, false]);
    await mesh.work();
    for (const tenant of both)
      for (const jobId of ['same', 'plain'])
        await expect
          .poll(async () => (await mesh.jobs.GetJob({ tenant, jobId }, mesh.call())).job?.state, patience)
          .toBe('JOB_STATE_SUCCEEDED');
  });

  it('is found and answered as a duplicate whoever of the tenant submitted it first', async () => {
    const mesh = await startJobMesh();
    const body = requestCodec.encode(scoreRequest({ inputs: { a: { number: 21, kind: 'number' } } }));
    await mesh.bus.publish('scoremesh.jobs.high.a.m', body, { msgId: 'a.j1' });
    const submit = () => mesh.jobs.SubmitJob(submission({ tenant: 'a', jobId: 'j1' }), mesh.call());
    expect(await submit()).toEqual({ jobId: 'j1', duplicate: true });
    const { job } = await mesh.jobs.GetJob({ tenant: 'a', jobId: 'j1' }, mesh.call());
    expect(job?.state).toBe('JOB_STATE_QUEUED');
  });

  it.each([
    ['waits', false],
    ['is gone', true],
  ])('is submitted although a foreign tenant published its id, whose message %s', async (_, isGone) => {
    const mesh = await startJobMesh();
    const foreign = await mesh.bus.publish('scoremesh.jobs.high.foreign.m', Buffer.from('{}'), {
      msgId: 'a.j1',
    });
    if (isGone) await mesh.bus.stored.remove('SCOREMESH_JOBS', foreign.sequence);
    const own = { tenant: 'a', jobId: 'j1' };
    expect(await mesh.jobs.SubmitJob(submission(own), mesh.call())).toEqual({
      jobId: 'j1',
      duplicate: false,
    });
    if (!isGone) await mesh.bus.stored.remove('SCOREMESH_JOBS', foreign.sequence);
    await mesh.work();
    await expect
      .poll(async () => (await mesh.jobs.GetJob(own, mesh.call())).job?.state, patience)
      .toBe('JOB_STATE_SUCCEEDED');
    expect(await mesh.jobs.SubmitJob(submission(own), mesh.call())).toEqual({ jobId: 'j1', duplicate: true });
  });
});
