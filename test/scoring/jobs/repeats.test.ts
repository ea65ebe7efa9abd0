import { describe, expect, it } from 'vitest';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { fromStatus } from '../../../services/kit/errors/status.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { callOf } from '../jobs-api/job-mesh.ts';
import {
  createLedger,
  type Submission,
  startWorker,
  startWorkerMesh,
  type WorkerMesh,
} from './worker-mesh.ts';

const patience = { timeout: 60_000, interval: 20 };
const count = 30;
/** Whatever holds the machine up, no job is given to another worker meanwhile. */
const ackWaitMs = 60_000;

/** What is wrong with them by themselves. */
const malformed: Readonly<Record<string, Submission>> = {
  json: { body: '{"inputs":{"card":4711' },
  field: { body: '{"input":{}}' },
  bytes: { body: new Uint8Array([0xff, 0xfe]) },
  proto: { body: 'xxx', headers: { 'Content-Type': 'application/x-protobuf' } },
  type: { body: '<a/>', headers: { 'Content-Type': 'text/xml' } },
  deadline: { headers: { 'Scoremesh-Deadline': 'tomorrow' } },
  reply: { headers: { 'Scoremesh-Reply-To': 'replies.u.x' } },
  payload: { body: '', headers: { 'Scoremesh-Payload': 'md5:1' } },
  tenant: { subject: 'scoremesh.jobs.low.a%b.m' },
  model: { subject: `scoremesh.jobs.low.t.${'m!'.repeat(300)}` },
};

/** Counts what a plain subscriber of core NATS hears, by subject. */
async function listen({ nats }: WorkerMesh, ...subjects: string[]): Promise<Map<string, number>> {
  const heard = new Map<string, number>();
  for (const subject of subjects)
    nats.subscribe(subject, {
      callback: (_, message) => heard.set(message.subject, (heard.get(message.subject) ?? 0) + 1),
    });
  await nats.flush();
  return heard;
}

let repeats = 0;

/** Under another id for JetStream, as after its window: stored once more, and known by the job id that it names. */
async function submitAgain(mesh: WorkerMesh, jobId: string, given: Submission = {}): Promise<void> {
  const headers = { ...given.headers, 'Scoremesh-Job-Id': jobId };
  repeats += 1;
  await mesh.submit(`again-${repeats}`, { ...given, headers });
}

describe.skipIf(natsIsAbsent)('jobs that can not be read', () => {
  it('have one result and one refusal each, however often they are published', async () => {
    const mesh = await startWorkerMesh();
    const heard = await listen(mesh, 'scoremesh.results.>', 'replies.>');
    const ledger = createLedger();
    const { metrics } = await startWorker(mesh.broker.url, ledger, { ackWaitMs });
    const all = Object.entries(malformed).flatMap(([kind, given]) =>
      Array.from({ length: count }, (_, place) => ({ given, id: `${kind}-${place}` })),
    );
    for (const { given, id } of all) await mesh.submit(id, given);
    const results = await mesh.ended(all.length);
    const refusals = [...ledger.refused];
    expect(refusals).toHaveLength(all.length);
    for (const { given, id } of all) await submitAgain(mesh, id, given);
    await expect.poll(() => mesh.count('SCOREMESH_JOBS'), patience).toBe(0);
    expect([...ledger.refused]).toEqual(refusals);
    expect(await mesh.results()).toEqual(results);
    expect([heard.size, [...heard.values()].every((times) => times === 1)]).toEqual([all.length, true]);
    const known = ['normal,t', 'low,t', 'low,a%b'].map((labels) =>
      metrics.value(`scoremesh_jobs_ended_total{${labels},KNOWN}`),
    );
    expect(known.reduce((sum, value) => Number(sum) + Number(value), 0)).toBe(all.length);
    for (const { attempts, error, startedAt, state } of results.values()) {
      expect([state, attempts, startedAt]).toEqual(['JOB_STATE_FAILED', 0, null]);
      expect(fromStatus(error!).reason).toBe('INVALID_REQUEST');
    }
    expect(ledger.tries.size).toBe(0);
    // What is recorded of a body that can't be read does not cite it.
    expect(ledger.refused.get('job:t json-0')?.message).not.toContain('4711');
    for (const [key] of refusals) expect(key).toMatch(/^job:(?:t|sha256:[0-9a-f]{64}) [a-z]+-\d+$/);
  });

  it('leave a record and a result of bounded size, in however many places they are wrong', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger();
    await startWorker(mesh.broker.url, ledger, { maxPayloadBytes: 100_000 });
    const fields = Array.from({ length: 20_000 }, (_, place) => [`input-${place}`, []]);
    await mesh.submit('many', { body: JSON.stringify({ inputs: Object.fromEntries(fields) }) });
    await mesh.submit('long', { body: JSON.stringify({ inputs: { ['x'.repeat(500_000)]: [] } }) });
    const results = await mesh.ended(2);
    for (const { error } of results.values())
      expect(JSON.stringify(fromStatus(error!)).length).toBeLessThan(40_000);
    for (const { details, message } of ledger.refused.values())
      expect(message.length + JSON.stringify(details).length).toBeLessThan(40_000);
    expect(results.get('many')?.error?.message).toContain('(and 19999 more)');
  });

  it('do not overturn the answer of a job with the same id, whose result is stored later', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger();
    await ledger.score(
      { model: 'm', requestId: 'j1', entities: {}, inputs: {}, includeFeatures: false },
      { ...callOf(), principal: 'job:t' },
    );
    await startWorker(mesh.broker.url, ledger);
    await mesh.submit('j1', { body: '{' });
    expect((await mesh.ended(1)).get('j1')?.state).toBe('JOB_STATE_SUCCEEDED');
    expect(ledger.refused.size).toBe(0);
  });

  it('say what the record says where the id was refused for another reason before', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger();
    const call = { ...callOf(), principal: 'job:t' };
    const request = { model: 'm', requestId: 'j1', entities: {}, inputs: {}, includeFeatures: false };
    const refusal = { metadata: { refused_by: 'r1' } };
    await ledger.refuseForGood(request, new MeshError('CALL_CANCELLED', 'unwanted', refusal), call);
    await startWorker(mesh.broker.url, ledger);
    await mesh.submit('j1', { body: '{' });
    const result = (await mesh.ended(1)).get('j1');
    expect([result?.state, fromStatus(result!.error!).reason]).toEqual([
      'JOB_STATE_CANCELLED',
      'CALL_CANCELLED',
    ]);
  });

  it('wait for the result of a job of the same id with another body, which was recorded before', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger();
    const conflict = new MeshError('REQUEST_ID_CONFLICT', 'another body');
    const refuseForGood = async (): Promise<never> => {
      throw conflict;
    };
    const { metrics } = await startWorker(
      mesh.broker.url,
      { ...ledger, refuseForGood },
      { maxAttempts: 100 },
    );
    await submitAgain(mesh, 'j1', { body: '{' });
    const retried = () => metrics.value('scoremesh_jobs_retried_total{normal,REQUEST_ID_CONFLICT}');
    await expect.poll(retried, patience).toBeGreaterThan(0);
    await mesh.submit('j1');
    expect((await mesh.ended(1)).get('j1')?.state).toBe('JOB_STATE_SUCCEEDED');
    await expect.poll(() => mesh.count('SCOREMESH_JOBS'), patience).toBe(0);
    expect(metrics.value('scoremesh_jobs_ended_total{normal,t,KNOWN}')).toBe(1);
  });
});

describe.skipIf(natsIsAbsent)('a job that is published again when it has ended', () => {
  it('is told to nobody again, however it ended', async () => {
    const mesh = await startWorkerMesh();
    const heard = await listen(mesh, 'scoremesh.results.>', 'my.replies.*');
    const ledger = createLedger(async ({ requestId }) => {
      if (requestId === 'failed') throw new MeshError('INPUT_OUT_OF_RANGE', 'too large');
      if (requestId === 'dead') throw new MeshError('INFERENCE_FAILED', 'always');
      return 7;
    });
    const { metrics } = await startWorker(mesh.broker.url, ledger, { maxAttempts: 1, ackWaitMs });
    const past = { 'Scoremesh-Deadline': '2020-01-01T00:00:00Z' };
    const ids = ['succeeded', 'failed', 'dead', 'expired', 'cancelled'];
    const given = (id: string): Submission => ({
      headers: { 'Scoremesh-Reply-To': `my.replies.${id}`, ...(id === 'expired' ? past : {}) },
    });
    await mesh.bus.publish('scoremesh.cancels.t.cancelled', new Uint8Array(0));
    for (const id of ids) await mesh.submit(id, given(id));
    const before = await mesh.ended(ids.length);
    expect(ids.map((id) => before.get(id)?.state.slice('JOB_STATE_'.length).toLowerCase())).toEqual(ids);
    await expect.poll(() => heard.size, patience).toBe(2 * ids.length);
    for (let time = 1; time <= 3; time += 1) {
      for (const id of ids) await submitAgain(mesh, id, given(id));
      await expect
        .poll(() => metrics.value('scoremesh_jobs_ended_total{normal,t,KNOWN}'), patience)
        .toBe(time * ids.length);
    }
    await mesh.nats.flush();
    expect(new Set(heard.values())).toEqual(new Set([1]));
    expect(await mesh.results()).toEqual(before);
    expect(await mesh.count('SCOREMESH_DEAD')).toBe(1);
    expect(['expired', 'cancelled', 'succeeded'].map((id) => before.get(id)?.attempts)).toEqual([0, 0, 1]);
  });

  it('has its result where a worker ended between record and result', async () => {
    const mesh = await startWorkerMesh();
    const heard = await listen(mesh, 'scoremesh.results.>', 'my.replies');
    const ledger = createLedger();
    const call = { ...callOf(), principal: 'job:t' };
    const request = { model: 'm', requestId: 'j1', entities: {}, inputs: {}, includeFeatures: false };
    await ledger.score({ ...request, inputs: { a: { number: 4, kind: 'number' } } }, call);
    await startWorker(mesh.broker.url, ledger);
    await mesh.submit('j1', { a: 4, headers: { 'Scoremesh-Reply-To': 'my.replies' } });
    const result = (await mesh.ended(1)).get('j1');
    expect([result?.state, result?.response?.outputs.score?.number]).toEqual(['JOB_STATE_SUCCEEDED', 8]);
    await expect.poll(() => [...heard.values()], patience).toEqual([1, 1]);
    expect(ledger.tries.get('job:t j1')).toBe(1);
  });
});
