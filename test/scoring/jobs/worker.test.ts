import { describe, expect, it } from 'vitest';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { fromStatus } from '../../../services/kit/errors/status.ts';
import { SpanKind } from '../../../services/kit/telemetry/span.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { callOf } from '../jobs-api/job-mesh.ts';
import { createLedger, startWorker, startWorkerMesh } from './worker-mesh.ts';

const patience = { timeout: 60_000, interval: 20 };

describe.skipIf(natsIsAbsent)('a worker', () => {
  it('scores each job once and stores one result for each, whichever lane and tenant', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger();
    const { metrics } = await startWorker(mesh.broker.url, ledger);
    const subjects = ['high', 'normal', 'low'].flatMap((lane) =>
      ['t', 'u'].map((tenant) => `scoremesh.jobs.${lane}.${tenant}.m`),
    );
    await Promise.all(
      Array.from({ length: 120 }, (_, index) =>
        mesh.submit(`j${index}`, { a: index, subject: subjects[index % 6] ?? '' }),
      ),
    );
    const results = await mesh.ended(120);
    for (const [jobId, { attempts, response, state }] of results)
      expect([state, attempts, response?.outputs.score?.number]).toEqual([
        'JOB_STATE_SUCCEEDED',
        1,
        2 * Number(jobId.slice(1)),
      ]);
    expect([...ledger.tries.values()].every((tries) => tries === 1)).toBe(true);
    expect(ledger.records.size).toBe(120);
    await expect.poll(() => mesh.count('SCOREMESH_JOBS'), patience).toBe(0);
    expect(metrics.value('scoremesh_jobs_ended_total{high,t,SUCCEEDED}')).toBe(20);
  });

  it('sends the result to the reply subject too, in JSON where the job was', async () => {
    const mesh = await startWorkerMesh();
    await startWorker(mesh.broker.url, createLedger());
    const replies = mesh.nats.subscribe('answers.mine', { max: 1 });
    await mesh.nats.flush();
    await mesh.submit('j1', {
      body: '{"inputs":{"a":21}}',
      headers: { 'Scoremesh-Reply-To': 'answers.mine' },
    });
    for await (const message of replies) {
      expect(message.headers?.get('Content-Type')).toBe('application/json');
      expect(message.json()).toMatchObject({
        job_id: 'j1',
        state: 'SUCCEEDED',
        response: { outputs: { score: 42 } },
      });
    }
  });

  it('fails at once what no repeat would change, and says what is wrong', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger(async () => {
      throw new MeshError('INPUT_OUT_OF_RANGE', 'input "a" is 1; it takes 2 to 3');
    });
    await startWorker(mesh.broker.url, ledger);
    await mesh.submit('range');
    await mesh.submit('no-json', { body: '{"inputs":' });
    await mesh.submit('no-such-field', { body: '{"input":{}}' });
    await mesh.submit('no-proto', { body: 'xxx', headers: { 'Content-Type': 'application/x-protobuf' } });
    await mesh.submit('xml', { body: '<a/>', headers: { 'Content-Type': 'text/xml' } });
    await mesh.submit('when', { headers: { 'Scoremesh-Deadline': 'tomorrow' } });
    await mesh.submit('reply', { headers: { 'Scoremesh-Reply-To': 'scoremesh.jobs.high.t.m' } });
    await mesh.submit('tenant', { subject: 'scoremesh.jobs.low.a%b.m' });
    const results = await mesh.ended(8);
    const said = [...results].map(([id, { attempts, error, state }]) => {
      const { details, reason } = fromStatus(error!);
      return [id, state, attempts, reason, details.violations?.[0]?.field];
    });
    expect(new Set(said)).toEqual(
      new Set([
        ['range', 'JOB_STATE_FAILED', 1, 'INPUT_OUT_OF_RANGE', undefined],
        ['no-json', 'JOB_STATE_FAILED', 0, 'INVALID_REQUEST', 'body'],
        ['no-such-field', 'JOB_STATE_FAILED', 0, 'INVALID_REQUEST', 'body'],
        ['no-proto', 'JOB_STATE_FAILED', 0, 'INVALID_REQUEST', 'body'],
        ['xml', 'JOB_STATE_FAILED', 0, 'INVALID_REQUEST', 'Content-Type'],
        ['when', 'JOB_STATE_FAILED', 0, 'INVALID_REQUEST', 'Scoremesh-Deadline'],
        ['reply', 'JOB_STATE_FAILED', 0, 'INVALID_REQUEST', 'Scoremesh-Reply-To'],
        ['tenant', 'JOB_STATE_FAILED', 0, 'INVALID_REQUEST', 'tenant'],
      ]),
    );
    expect(ledger.tries.size).toBe(1);
  });

  it('refuses lanes that do not exist: the producer hears it at once', async () => {
    const mesh = await startWorkerMesh();
    await expect(mesh.submit('j', { subject: 'scoremesh.jobs.urgent.t.m' })).rejects.toThrow(/503/);
    await expect(mesh.submit('j', { subject: 'scoremesh.jobs.high.t' })).rejects.toThrow(/503/);
  });

  it('puts a message that names no job among the dead letters, where it stays', async () => {
    const mesh = await startWorkerMesh();
    const { metrics } = await startWorker(mesh.broker.url, createLedger());
    await mesh.submit('', { a: 4 });
    await expect.poll(() => mesh.count('SCOREMESH_DEAD'), patience).toBe(1);
    await expect.poll(() => mesh.count('SCOREMESH_JOBS'), patience).toBe(0);
    expect(metrics.value('scoremesh_jobs_dead_letters_total{normal}')).toBe(1);
    const letter = await mesh.bus.stored.next('SCOREMESH_DEAD', 'scoremesh.dead.t.m', 1);
    expect(letter?.headers).toMatchObject({
      'Scoremesh-Subject': 'scoremesh.jobs.normal.t.m',
      'Scoremesh-Reason': expect.stringMatching(/^INVALID_REQUEST: Nats-Msg-Id/),
    });
    expect(letter?.headers).not.toHaveProperty('Scoremesh-Job-Id');
    expect(metrics.value('scoremesh_jobs_ended_total{normal,t,UNNAMED}')).toBe(1);
    expect(await mesh.jobs.RedriveJobs({ tenant: 't', model: '', jobIds: [], limit: 0 }, callOf())).toEqual({
      redriven: 0,
      more: false,
      unnamed: 1,
    });
    expect(await mesh.count('SCOREMESH_DEAD')).toBe(1);
  });

  it('tries again what may succeed later, and says how often it took', async () => {
    const mesh = await startWorkerMesh();
    let left = 2;
    const ledger = createLedger(async () => {
      left -= 1;
      if (left >= 0) throw new MeshError('MODEL_NOT_FOUND', 'no model m');
      return 7;
    });
    const { metrics } = await startWorker(mesh.broker.url, ledger);
    await mesh.submit('j1');
    const result = (await mesh.ended(1)).get('j1');
    expect([result?.state, result?.attempts]).toEqual(['JOB_STATE_SUCCEEDED', 3]);
    expect(metrics.value('scoremesh_jobs_retried_total{normal,MODEL_NOT_FOUND}')).toBe(2);
    expect(metrics.value('scoremesh_jobs_redelivered_total{normal}')).toBe(2);
  });

  it('gives up after so many attempts: a DEAD result, and a dead letter that can be redriven', async () => {
    const mesh = await startWorkerMesh();
    let isBroken = true;
    const ledger = createLedger(async () => {
      if (isBroken) throw new MeshError('INFERENCE_FAILED', 'two\nlines');
      return 7;
    });
    await startWorker(mesh.broker.url, ledger, { maxAttempts: 2 });
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await mesh.submit('j1', { headers: { traceparent, 'Nats-Expected-Stream': 'SCOREMESH_JOBS' } });
    const dead = (await mesh.ended(1)).get('j1');
    expect([dead?.state, dead?.attempts, dead?.traceId]).toEqual(['JOB_STATE_DEAD', 2, 'a'.repeat(32)]);
    expect(fromStatus(dead!.error!).reason).toBe('INFERENCE_FAILED');
    const letter = await mesh.bus.stored.next('SCOREMESH_DEAD', 'scoremesh.dead.t.m', 1);
    expect({ ...letter?.headers }).toEqual({
      'Content-Type': 'application/x-protobuf',
      'Scoremesh-Attempts': '2',
      'Scoremesh-Job-Id': 'j1',
      'Scoremesh-Reason': 'INFERENCE_FAILED: two lines',
      'Scoremesh-Subject': 'scoremesh.jobs.normal.t.m',
      'Nats-Msg-Id': expect.any(String),
      traceparent,
    });
    isBroken = false;
    const { redriven } = await mesh.jobs.RedriveJobs(
      { tenant: 't', model: '', jobIds: [], limit: 0 },
      callOf(),
    );
    expect(redriven).toBe(1);
    await expect
      .poll(async () => (await mesh.results()).get('j1')?.state, patience)
      .toBe('JOB_STATE_SUCCEEDED');
    expect(await mesh.count('SCOREMESH_DEAD')).toBe(0);
  });

  it('a job that dies again after it was redriven has a dead letter again', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger(async () => {
      throw new MeshError('INFERENCE_FAILED', 'always');
    });
    await startWorker(mesh.broker.url, ledger, { maxAttempts: 1 });
    await mesh.submit('j1');
    for (let round = 0; round < 3; round += 1) {
      await mesh.ended(1);
      await expect.poll(() => mesh.count('SCOREMESH_DEAD'), patience).toBe(1);
      await expect.poll(() => mesh.count('SCOREMESH_JOBS'), patience).toBe(0);
      const { redriven } = await mesh.jobs.RedriveJobs(
        { tenant: 't', model: '', jobIds: [], limit: 0 },
        callOf(),
      );
      expect(redriven).toBe(1);
    }
    expect(ledger.tries.get('job:t j1')).toBeGreaterThanOrEqual(3);
  });

  it('waits out overload and roles that are away without using up attempts', async () => {
    const mesh = await startWorkerMesh();
    let away: MeshError | undefined;
    const inVain: MeshError[] = [
      ...Array.from({ length: 3 }, () => new MeshError('QUEUE_FULL', 'full', { retryAfterMs: 10 })),
      ...Array.from({ length: 3 }, () => new MeshError('AUDIT_DISK_FULL', 'full')),
      ...Array.from({ length: 2 }, () => new MeshError('ROLE_UNREACHABLE', 'broken away')),
    ];
    const ledger = createLedger(async () => {
      const error = inVain.shift();
      if (error === undefined) return 7;
      // The worker looks before each try, and this role is there again each time when it has waited.
      if (error.reason === 'ROLE_UNREACHABLE') {
        away = error;
        setTimeout(() => (away = undefined), 100);
      }
      throw error;
    });
    await startWorker(mesh.broker.url, ledger, { maxAttempts: 1 }, () => away);
    await mesh.submit('j1');
    const result = (await mesh.ended(1)).get('j1');
    expect([result?.state, result?.attempts]).toEqual(['JOB_STATE_SUCCEEDED', 1]);
    expect(ledger.tries.get('job:t j1')).toBe(9);
  });

  it('does not give up what overload keeps waiting beyond its patience', async () => {
    const mesh = await startWorkerMesh();
    let left = 12;
    const ledger = createLedger(async () => {
      left -= 1;
      if (left >= 0) throw new MeshError('DEADLINE_UNREACHABLE', 'busy');
      return 7;
    });
    const { metrics } = await startWorker(mesh.broker.url, ledger, { maxAttempts: 1, patienceMs: 50 });
    await mesh.submit('j1');
    const result = (await mesh.ended(1)).get('j1');
    expect(result?.state).toBe('JOB_STATE_SUCCEEDED');
    expect(metrics.value('scoremesh_jobs_retried_total{normal,DEADLINE_UNREACHABLE}')).toBeGreaterThan(0);
  });

  it('hands a job back under which a role breaks away three times, and gives it up after so many attempts', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger(async () => {
      throw new MeshError('ROLE_UNREACHABLE', 'broken away');
    });
    const { metrics } = await startWorker(mesh.broker.url, ledger, { maxAttempts: 2, patienceMs: 600_000 });
    await mesh.submit('j1');
    const result = (await mesh.ended(1)).get('j1');
    expect([result?.state, result?.attempts]).toEqual(['JOB_STATE_DEAD', 2]);
    expect(ledger.tries.get('job:t j1')).toBe(6);
    expect(metrics.value('scoremesh_jobs_retried_total{normal,ROLE_UNREACHABLE}')).toBe(1);
  });

  it('takes no job before the models are there, and none is tried while a role is away', async () => {
    const mesh = await startWorkerMesh();
    let away: MeshError | undefined = new MeshError('MODEL_NOT_READY', 'loading');
    const ledger = createLedger();
    const { metrics } = await startWorker(mesh.broker.url, ledger, { maxAttempts: 1 }, () => away);
    await mesh.submit('j1');
    await expect.poll(() => mesh.count('SCOREMESH_JOBS'), patience).toBe(1);
    expect(metrics.value('scoremesh_jobs_queues_followed')).toBe(0);
    away = undefined;
    await mesh.ended(1);
    away = new MeshError('ROLE_UNREACHABLE', 'audit is away');
    await mesh.submit('j2');
    await expect.poll(() => metrics.value('scoremesh_jobs_running'), patience).toBe(1);
    expect(ledger.tries.size).toBe(1);
    away = undefined;
    expect((await mesh.ended(2)).get('j2')?.attempts).toBe(1);
  });

  it('does not score what is cancelled or past its deadline, before it begins or after', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger();
    await mesh.submit('cancelled-before');
    await mesh.submit('late', { headers: { 'Scoremesh-Deadline': '2020-01-01T00:00:00Z' } });
    await mesh.submit('in-time', { headers: { 'Scoremesh-Deadline': String(Date.now() + 600_000) } });
    await mesh.jobs.CancelJob({ tenant: 't', jobId: 'cancelled-before' }, callOf(300));
    await startWorker(mesh.broker.url, ledger);
    const results = await mesh.ended(3);
    expect(new Map([...results].map(([id, { state }]) => [id, state]))).toEqual(
      new Map([
        ['cancelled-before', 'JOB_STATE_CANCELLED'],
        ['late', 'JOB_STATE_EXPIRED'],
        ['in-time', 'JOB_STATE_SUCCEEDED'],
      ]),
    );
    expect([...ledger.tries.keys()]).toEqual(['job:t in-time']);
    expect(fromStatus(results.get('late')!.error!).reason).toBe('DEADLINE_PAST');
  });

  it('cancels a job that waits to be tried again, while the worker runs', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger(async () => {
      throw new MeshError('MODEL_NOT_READY', 'loading', { retryAfterMs: 300 });
    });
    await startWorker(mesh.broker.url, ledger);
    await mesh.submit('j1');
    await expect.poll(() => ledger.tries.get('job:t j1'), patience).toBeGreaterThan(0);
    await mesh.jobs.CancelJob({ tenant: 't', jobId: 'j1' }, callOf());
    expect((await mesh.ended(1)).get('j1')?.state).toBe('JOB_STATE_CANCELLED');
  });

  it('ends a job whose deadline passes while it is tried as EXPIRED', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger(() => new Promise(() => {}));
    await startWorker(mesh.broker.url, ledger);
    await mesh.submit('j1', { headers: { 'Scoremesh-Deadline': String(Date.now() + 500) } });
    const result = (await mesh.ended(1)).get('j1');
    expect([result?.state, result?.attempts]).toEqual(['JOB_STATE_EXPIRED', 1]);
  });

  it("continues the producer's trace through score and result, each attempt a span that links to the one before", async () => {
    const mesh = await startWorkerMesh();
    const traces: string[] = [];
    const ledger = createLedger(async (_request, { trace, principal }) => {
      traces.push(`${principal} ${trace.spanId}`);
      if (traces.length === 1) throw new MeshError('MODEL_NOT_READY', 'loading');
      return 7;
    });
    const { recorder } = await startWorker(mesh.broker.url, ledger);
    const traceId = 'a'.repeat(32);
    await mesh.submit('j1', { headers: { Traceparent: `00-${traceId}-${'b'.repeat(16)}-01` } });
    expect((await mesh.ended(1)).get('j1')?.traceId).toBe(traceId);
    await expect.poll(() => recorder.spans.length, patience).toBe(3);
    const [first, sent, second] = recorder.spans;
    const producer = { traceId, spanId: 'b'.repeat(16) };
    expect(first).toMatchObject({
      ...{ name: 'process scoremesh.jobs', kind: SpanKind.CONSUMER, traceId, parentSpanId: 'b'.repeat(16) },
      links: [producer],
      attributes: {
        'messaging.destination.name': 'scoremesh.jobs.normal.t.m',
        'messaging.message.id': 'j1',
        'scoremesh.job.attempt': 1,
        'scoremesh.job.lane': 'normal',
        'scoremesh.job.tenant': 't',
        'scoremesh.job.queue_wait_ms': expect.any(Number),
        'scoremesh.job.outcome': 'retry',
      },
    });
    expect(second?.links).toEqual([producer, { traceId, spanId: first?.spanId }]);
    expect(second?.attributes['scoremesh.job.attempt']).toBe(2);
    expect(traces).toEqual([`job:t ${first?.spanId}`, `job:t ${second?.spanId}`]);
    expect(sent).toMatchObject({
      ...{ name: 'send scoremesh.results', kind: SpanKind.PRODUCER, parentSpanId: second?.spanId },
      attributes: { 'messaging.destination.name': 'scoremesh.results.t.j1' },
    });
    const kept = await mesh.bus.stored.last('SCOREMESH_RESULTS', 'scoremesh.results.t.j1');
    expect(kept?.headers.traceparent).toBe(`00-${traceId}-${sent?.spanId}-01`);
  });

  it('says that a result is too large to be stored, and where its answer is', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger();
    const large = { datatype: 'UINT8', shape: ['2000000'], data: Buffer.alloc(2_000_000) };
    const score = async (...given: Parameters<typeof ledger.score>) => ({
      ...(await ledger.score(...given)),
      outputs: { y: { tensor: large, kind: 'tensor' as const } },
    });
    await startWorker(mesh.broker.url, { ...ledger, score }, { maxPayloadBytes: 1_900_000 });
    await mesh.submit('j1');
    const result = (await mesh.ended(1)).get('j1');
    expect(result?.state).toBe('JOB_STATE_FAILED');
    expect(fromStatus(result!.error!)).toMatchObject({
      reason: 'MESSAGE_TOO_LARGE',
      details: { metadata: { prediction_id: 'p0' } },
    });
  });

  it('answers from the record what was scored before it was cancelled, expired or given up', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger();
    for (const id of ['cancelled', 'late']) {
      const call = { ...callOf(), principal: 'job:t' };
      await ledger.score({ ...requestFor(id), inputs: { a: { number: 5, kind: 'number' } } }, call);
    }
    await mesh.submit('late', { headers: { 'Scoremesh-Deadline': '2020-01-01T00:00:00Z' } });
    await mesh.submit('cancelled');
    await mesh.jobs.CancelJob({ tenant: 't', jobId: 'cancelled' }, callOf(300));
    await startWorker(mesh.broker.url, ledger);
    const results = await mesh.ended(2);
    expect([...results.values()].map(({ state }) => state)).toEqual([
      'JOB_STATE_SUCCEEDED',
      'JOB_STATE_SUCCEEDED',
    ]);
    expect(ledger.records.size).toBe(2);
  });
});

function requestFor(requestId: string) {
  return { model: 'm', requestId, entities: {}, inputs: {}, includeFeatures: false };
}
