import { describe, expect, it } from 'vitest';
import { MeshError } from '../../../../services/kit/errors/mesh-error.ts';
import { toStatus } from '../../../../services/kit/errors/status.ts';
import { natsIsAbsent } from '../../../kit/bus/broker.ts';
import { jobResult, resultCodec, submission } from '../../../scoring/jobs-api/job-mesh.ts';
import { type CommandRun, runIn } from '../in-process.ts';
import { type JobGateway, startJobGateway } from './job-gateway.ts';

const runner =
  ({ address }: JobGateway) =>
  (...args: string[]): Promise<CommandRun> =>
    runIn({}, 'jobs', ...args, '--address', address);

describe.skipIf(natsIsAbsent)('scoremesh jobs', () => {
  it('submits a job and waits for its result', async () => {
    const gateway = await startJobGateway();
    const run = runner(gateway);
    const first = await run('submit', 'm', '-i', 'a=21', '--job-id', 'j1', '--lane', 'high', '--tenant', 't');
    expect(first).toEqual({ code: 0, out: 'j1\n', err: '' });
    expect(await run('submit', 'm', '-i', 'a=21', '--job-id', 'j1', '--tenant', 't')).toMatchObject({
      code: 0,
      err: expect.stringContaining('known already'),
    });
    expect((await run('get', 'j1', '--tenant', 't')).out).toMatch(/^\S+Z +j1 +high +m +QUEUED\n$/);
    await gateway.work();
    expect((await run('submit', '--model', 'm', '-i', 'a=4', '--wait')).out).toMatch(
      /SUCCEEDED {2}score=8\n$/,
    );
    const watched = await run('watch', 'j1', '--tenant', 't', '--json');
    const lines = watched.out.trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      state: 'SUCCEEDED',
      result: { response: { outputs: { score: 42 } } },
    });
  });

  it('ends with exit code 1 for a job that failed, or that is not there', async () => {
    const gateway = await startJobGateway();
    const run = runner(gateway);
    await gateway.work(async () => {
      throw new MeshError('INPUT_MISSING', 'input "a" is missing');
    });
    const failed = await run('submit', 'm', '--wait', '--json');
    expect(failed).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^scoremesh: INPUT_MISSING: job .* ended as FAILED/),
    });
    expect(JSON.parse(failed.out)).toMatchObject({ state: 'FAILED' });
    expect(await run('watch', 'nothing')).toMatchObject({
      code: 1,
      err: expect.stringContaining('JOB_NOT_FOUND'),
    });
    expect(await run('get', 'nothing')).toMatchObject({ code: 1 });
  });

  it('lists, cancels and redrives', async () => {
    const gateway = await startJobGateway();
    const run = runner(gateway);
    for (const id of ['j1', 'j2', 'j3'])
      await gateway.jobs.SubmitJob(submission({ jobId: id }), gateway.call());
    const dead = jobResult({
      jobId: 'd1',
      state: 'JOB_STATE_DEAD',
      error: toStatus(new MeshError('MODEL_NOT_FOUND', 'no')),
    });
    await gateway.bus.publish('scoremesh.results.default.d1', resultCodec.encode(dead));
    await gateway.bus.publish('scoremesh.dead.default.m', Buffer.from('{}'), {
      headers: { 'Scoremesh-Job-Id': 'd1', 'Scoremesh-Subject': 'scoremesh.jobs.low.default.m' },
    });
    const all = await run('list');
    expect(all.out.match(/(?:j\d|d1)(?= )/g)).toEqual(['j1', 'j2', 'j3', 'd1']);
    expect(all.out).toContain('DEAD  MODEL_NOT_FOUND: no\n');
    expect((await run('list', '--limit', '2')).out.split('\n')).toHaveLength(3);
    expect((await run('list', '--state', 'dead', '--json')).out).toMatch(/^\{"job_id":"d1".*\}\n$/);
    expect((await run('cancel', 'j2', '-t', '700')).out).toContain('QUEUED (to be cancelled)');
    expect(await run('redrive', '--model', 'm')).toMatchObject({ code: 0, out: '1 job waits again\n' });
    expect((await run('list', '--state', 'dead')).out).toBe('');
  });

  it('is wrong usage without a model, with half a file, or with a lane that there is not', async () => {
    for (const args of [
      ['submit'],
      ['submit', 'm', '--file', 'x.csv'],
      ['submit', 'm', '--resume'],
      ['submit', 'm', '--lane', 'middle'],
      ['list', '--state', 'running'],
      ['redrive', '-n', '0'],
    ])
      expect(await runIn({}, 'jobs', ...args)).toMatchObject({ code: 2 });
  });
});
