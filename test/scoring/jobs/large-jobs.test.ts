import { hash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromStatus } from '../../../services/kit/errors/status.ts';
import { createRoom } from '../../../services/scoring/jobs/worker/large-jobs.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { scoreRequest } from '../fakes.ts';
import { callOf, requestCodec, submission } from '../jobs-api/job-mesh.ts';
import { createLedger, type Ledger, startWorker, startWorkerMesh, type WorkerMesh } from './worker-mesh.ts';

const patience = { timeout: 60_000, interval: 20 };
const size = 3 * 1024 * 1024;
const referring = (reference: string, rest: Readonly<Record<string, string>> = {}) => ({
  body: '',
  headers: { 'Content-Type': 'application/x-protobuf', 'Scoremesh-Payload': reference, ...rest },
});

/** A request with a tensor of so many random bytes. */
function largeRequest(bytes = size) {
  const tensor = { datatype: 'UINT8', shape: [String(bytes)], data: randomBytes(bytes) };
  return scoreRequest({ inputs: { x: { tensor, kind: 'tensor' } } });
}

/** What answers a request with its own input. */
function echoing(ledger: Ledger = createLedger(async () => 1)): Ledger {
  return {
    ...ledger,
    score: async (request, call) => ({ ...(await ledger.score(request, call)), outputs: request.inputs }),
    answered: async (request, call) => {
      const answer = await ledger.answered(request, call);
      return answer && { ...answer, outputs: request.inputs };
    },
  };
}

/** As any client stores an object. */
async function storeByHand({ nats }: WorkerMesh, body: Uint8Array, name = hash('sha256', body)) {
  const store = await nats.jetstream().views.os('SCOREMESH_PAYLOADS');
  await store.putBlob({ name }, body);
  return `sha256:${name}`;
}

const dataOf = (result: { response: { outputs: object } | null } | undefined): Buffer | undefined =>
  (result?.response?.outputs as { x?: { tensor?: { data: Buffer } } } | undefined)?.x?.tensor?.data;

async function errorOf(mesh: WorkerMesh, jobId: string) {
  const result = (await mesh.ended(1)).get(jobId);
  return { state: result?.state, attempts: result?.attempts, ...fromStatus(result!.error!) };
}

const isSame = (one: Buffer | undefined, other: unknown): boolean =>
  one !== undefined && Buffer.compare(one, other as Buffer) === 0;

const inputOf = (request: ReturnType<typeof largeRequest>): Buffer =>
  (request.inputs.x as { tensor: { data: Buffer } }).tensor.data;

describe.skipIf(natsIsAbsent)('jobs over the message limit of NATS', () => {
  it('are stored at submit, scored, and answered whole to who asks, watches and lists', async () => {
    const mesh = await startWorkerMesh();
    await startWorker(mesh.broker.url, echoing());
    const request = largeRequest();
    const asked = submission({ tenant: 't', jobId: 'j1', request });
    expect(await mesh.jobs.SubmitJob(asked, callOf())).toEqual({ jobId: 'j1', duplicate: false });
    let last: Buffer | undefined;
    for await (const { job } of mesh.jobs.WatchJob({ tenant: 't', jobId: 'j1' }, callOf(60_000)))
      last = dataOf(job?.result ?? undefined);
    expect(isSame(last, inputOf(request))).toBe(true);
    const { job } = await mesh.jobs.GetJob({ tenant: 't', jobId: 'j1' }, callOf());
    expect(isSame(dataOf(job?.result ?? undefined), inputOf(request))).toBe(true);
    expect(await mesh.jobs.SubmitJob(asked, callOf())).toEqual({ jobId: 'j1', duplicate: true });
    const listed = { tenant: 't', state: 'JOB_STATE_SUCCEEDED', pageSize: 0, pageToken: '' } as const;
    expect((await mesh.jobs.ListJobs(listed, callOf())).jobs).toMatchObject([
      { jobId: 'j1', state: 'JOB_STATE_SUCCEEDED', result: { attempts: 1, response: null } },
    ]);
    // Where the bucket is lost, what is not in it is told all the same.
    await (await mesh.nats.jetstreamManager()).streams.purge('OBJ_SCOREMESH_PAYLOADS');
    expect((await mesh.jobs.ListJobs(listed, callOf())).jobs).toMatchObject([
      { jobId: 'j1', tenant: 't', state: 'JOB_STATE_SUCCEEDED', result: null },
    ]);
    await expect(mesh.jobs.GetJob({ tenant: 't', jobId: 'j1' }, callOf())).rejects.toMatchObject({
      reason: 'PAYLOAD_NOT_FOUND',
    });
    expect((await mesh.jobs.SubmitJob(asked, callOf())).duplicate).toBe(true);
  });

  it('are stored once where they are submitted twice, and scored once', async () => {
    const mesh = await startWorkerMesh();
    const request = largeRequest();
    const submit = (jobId: string) =>
      mesh.jobs.SubmitJob(submission({ tenant: 't', jobId, request }), callOf());
    await submit('j1');
    const stored = await mesh.count('OBJ_SCOREMESH_PAYLOADS');
    expect((await submit('j1')).duplicate).toBe(true);
    await submit('j2');
    expect(await mesh.count('OBJ_SCOREMESH_PAYLOADS')).toBe(stored);
    const ledger = createLedger(async () => 1);
    await startWorker(mesh.broker.url, ledger);
    const results = await mesh.ended(2);
    expect([...results.keys()].sort()).toEqual(['j1', 'j2']);
    expect(ledger.records.size).toBe(2);
  });

  it('come from a plain producer, whose reply is small and refers to the result', async () => {
    const mesh = await startWorkerMesh();
    await startWorker(mesh.broker.url, echoing());
    const request = largeRequest();
    const reference = await storeByHand(mesh, requestCodec.encode(request));
    const replies = mesh.nats.subscribe('my.replies', { max: 1 });
    await mesh.submit('j1', referring(reference, { 'Scoremesh-Reply-To': 'my.replies' }));
    for await (const { data, headers } of replies) {
      expect(data.length).toBe(0);
      const [, name = ''] = headers!.get('Scoremesh-Payload').split(':');
      const store = await mesh.nats.jetstream().views.os('SCOREMESH_PAYLOADS');
      const result = (await store.getBlob(name))!;
      expect(hash('sha256', result)).toBe(name);
      expect(result.length).toBeGreaterThan(size);
    }
    expect(isSame(dataOf((await mesh.ended(1)).get('j1')), inputOf(request))).toBe(true);
  });

  it.each([
    [
      'a digest of other bytes',
      'PAYLOAD_MISMATCH',
      (mesh: WorkerMesh) => storeByHand(mesh, randomBytes(100), 'a'.repeat(64)),
    ],
    ['a reference that is none', 'INVALID_REQUEST', async () => 'sha256:ABC'],
    [
      'an object over the limit',
      'MESSAGE_TOO_LARGE',
      (mesh: WorkerMesh) => storeByHand(mesh, randomBytes(2_000_000)),
    ],
    [
      'a description that is none',
      'PAYLOAD_MISMATCH',
      async ({ bus }: WorkerMesh) => {
        const name = 'b'.repeat(64);
        await bus.publish(
          `$O.SCOREMESH_PAYLOADS.M.${Buffer.from(name).toString('base64')}`,
          Buffer.from('{'),
        );
        return `sha256:${name}`;
      },
    ],
  ])('fail at once with %s', async (_, reason, make) => {
    // A message that is wrong by itself was never begun.
    const attempts = reason === 'INVALID_REQUEST' ? 0 : 1;
    const mesh = await startWorkerMesh();
    await startWorker(mesh.broker.url, createLedger(), { maxPayloadBytes: 1_000_000 });
    await mesh.submit('j1', referring(await make(mesh)));
    expect(await errorOf(mesh, 'j1')).toMatchObject({ state: 'JOB_STATE_FAILED', attempts, reason });
  });

  it('fail with a body beside the reference', async () => {
    const mesh = await startWorkerMesh();
    await startWorker(mesh.broker.url, createLedger());
    await mesh.submit('j1', { ...referring(`sha256:${'a'.repeat(64)}`), body: '{}' });
    expect(await errorOf(mesh, 'j1')).toMatchObject({ state: 'JOB_STATE_FAILED', reason: 'INVALID_REQUEST' });
  });

  it('wait for a payload that comes after them, and fail when none comes', async () => {
    const mesh = await startWorkerMesh();
    const body = requestCodec.encode(largeRequest());
    const worker = await startWorker(
      mesh.broker.url,
      createLedger(async () => 1),
      { maxAttempts: 100 },
    );
    await mesh.submit('late', referring(`sha256:${hash('sha256', body)}`));
    const retried = () => worker.metrics.value('scoremesh_jobs_retried_total{normal,PAYLOAD_NOT_FOUND}');
    await expect.poll(retried, patience).toBeGreaterThan(0);
    await storeByHand(mesh, body);
    expect((await mesh.ended(1)).get('late')?.state).toBe('JOB_STATE_SUCCEEDED');
    await worker.stop();
    await startWorker(mesh.broker.url, createLedger(), { maxAttempts: 3 });
    await mesh.submit('never', referring(`sha256:${'c'.repeat(64)}`));
    const never = (await mesh.ended(2)).get('never');
    expect(never).toMatchObject({ state: 'JOB_STATE_FAILED', attempts: 3 });
    expect(fromStatus(never!.error!).reason).toBe('PAYLOAD_NOT_FOUND');
    expect(await mesh.count('SCOREMESH_DEAD')).toBe(0);
  });

  it('are refused at submit by the name of the bucket where that is full, as others are not', async () => {
    const mesh = await startWorkerMesh({ payloadsMaxBytes: 4 * 1024 * 1024 });
    const submit = (request = largeRequest()) =>
      mesh.jobs.SubmitJob(submission({ tenant: 't', request }), callOf());
    await submit();
    const before = await mesh.count('OBJ_SCOREMESH_PAYLOADS');
    await expect(submit()).rejects.toMatchObject({
      reason: 'QUEUE_FULL',
      message: expect.stringContaining('bucket SCOREMESH_PAYLOADS has no room'),
      details: { retryAfterMs: expect.any(Number), metadata: { bucket: 'SCOREMESH_PAYLOADS' } },
    });
    expect(await mesh.count('OBJ_SCOREMESH_PAYLOADS')).toBe(before);
    await submit(scoreRequest());
    await expect(submit(largeRequest(17 * 1024 * 1024))).rejects.toMatchObject({
      reason: 'MESSAGE_TOO_LARGE',
      message: expect.stringContaining('SCOREMESH_MAX_MESSAGE_BYTES'),
    });
  });

  it('keep their reference as dead letters and when they are redriven', async () => {
    const mesh = await startWorkerMesh();
    let isBroken = true;
    const ledger = createLedger(async () => {
      if (isBroken) throw new Error('broken');
      return 1;
    });
    await startWorker(mesh.broker.url, ledger, { maxAttempts: 1 });
    const request = largeRequest();
    await mesh.jobs.SubmitJob(submission({ tenant: 't', jobId: 'j1', request }), callOf());
    expect((await mesh.ended(1)).get('j1')?.state).toBe('JOB_STATE_DEAD');
    const letter = await mesh.bus.stored.last('SCOREMESH_DEAD', 'scoremesh.dead.t.>');
    expect(letter?.headers['Scoremesh-Payload']).toBe(
      `sha256:${hash('sha256', requestCodec.encode(request))}`,
    );
    isBroken = false;
    const redrive = { tenant: 't', model: '', jobIds: [], limit: 0 };
    expect((await mesh.jobs.RedriveJobs(redrive, callOf())).redriven).toBe(1);
    await expect
      .poll(async () => (await mesh.results()).get('j1')?.state, patience)
      .toBe('JOB_STATE_SUCCEEDED');
  });

  it('have one result where a worker ends between the object and the message of it', async () => {
    const mesh = await startWorkerMesh();
    const streams = (await mesh.nats.jetstreamManager()).streams;
    // No stream takes the message of the result, once the worker has found all of them in order.
    const ledger = createLedger(async () => {
      await streams.update('SCOREMESH_RESULTS', { subjects: ['elsewhere.*'] });
      return 1;
    });
    const request = largeRequest();
    await mesh.jobs.SubmitJob(submission({ tenant: 't', jobId: 'j1', request }), callOf());
    const stored = await mesh.count('OBJ_SCOREMESH_PAYLOADS');
    const first = await startWorker(mesh.broker.url, echoing(ledger));
    await expect.poll(() => mesh.count('OBJ_SCOREMESH_PAYLOADS'), patience).toBeGreaterThan(stored);
    await first.stop();
    await streams.update('SCOREMESH_RESULTS', { subjects: ['scoremesh.results.*.*'] });
    await startWorker(mesh.broker.url, echoing(ledger));
    expect(isSame(dataOf((await mesh.ended(1)).get('j1')), inputOf(request))).toBe(true);
    expect([...ledger.tries.values()]).toEqual([1]);
    await expect.poll(() => mesh.count('SCOREMESH_JOBS'), patience).toBe(0);
  });

  it('survive kills of nats-server, each with one whole result', async () => {
    const mesh = await startWorkerMesh();
    let scored = 0;
    const ledger = createLedger(async () => {
      scored += 1;
      if (scored === 3 || scored === 8) mesh.broker.kill();
      return 1;
    });
    await startWorker(mesh.broker.url, echoing(ledger));
    const requests = Array.from({ length: 12 }, () => largeRequest());
    await Promise.all(
      requests.map(async (request, index) => {
        for (;;) {
          const asked = submission({ tenant: 't', jobId: `j${index}`, request });
          if (await mesh.jobs.SubmitJob(asked, callOf()).catch(() => undefined)) return;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }),
    );
    const results = await mesh.ended(12);
    for (const [index, request] of requests.entries())
      expect(isSame(dataOf(results.get(`j${index}`)), inputOf(request))).toBe(true);
    expect(ledger.records.size).toBe(12);
    await expect.poll(() => mesh.count('SCOREMESH_JOBS'), patience).toBe(0);
  });
});

describe('the room for payloads', () => {
  it('holds no more than it has but for a single one, and lets everybody in, in their order', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.scheduler(), async (wanted, scheduler) => {
        const room = createRoom(100);
        const inside: number[] = [];
        const order: number[] = [];
        const visit = async (sizeBytes: number, index: number): Promise<void> => {
          const leave = await room.enter(sizeBytes);
          inside.push(sizeBytes);
          order.push(index);
          const held = inside.reduce((sum, one) => sum + one, 0);
          expect(held <= 100 || inside.filter((one) => one > 0).length === 1).toBe(true);
          await scheduler.schedule(Promise.resolve());
          inside.splice(inside.indexOf(sizeBytes), 1);
          leave();
        };
        const visits = wanted.map(visit);
        await scheduler.waitFor(Promise.all(visits));
        expect(order).toEqual(wanted.map((_, index) => index));
      }),
    );
  });
});
