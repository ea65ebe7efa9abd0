import { connect } from 'nats';
import { describe, expect, it, onTestFinished } from 'vitest';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { collector } from '../../kit/bus/collector.ts';
import { createLedger, startWorker, startWorkerMesh } from './worker-mesh.ts';

const patience = { timeout: 60_000, interval: 20 };
const states = async (results: Promise<ReadonlyMap<string, { state: string }>>) =>
  [...(await results).values()].map(({ state }) => state);

describe.skipIf(natsIsAbsent)('a worker when things go wrong', () => {
  it('loses nothing and scores nothing twice when nats-server is killed in the midst of it', async () => {
    const mesh = await startWorkerMesh();
    let scored = 0;
    const ledger = createLedger(async () => {
      scored += 1;
      if (scored === 60 || scored === 200) mesh.broker.kill();
      return 1;
    });
    await startWorker(mesh.broker.url, ledger, { concurrency: 16 });
    const submitting = Array.from({ length: 300 }, async (_, index) => {
      for (;;) {
        const failure = await mesh.submit(`j${index}`).catch((error: Error) => error);
        if (failure === undefined) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    await Promise.all(submitting);
    const results = await mesh.ended(300);
    expect([...results.values()].every(({ state }) => state === 'JOB_STATE_SUCCEEDED')).toBe(true);
    expect(ledger.records.size).toBe(300);
    await expect.poll(() => mesh.count('SCOREMESH_JOBS'), patience).toBe(0);
  });

  it('hands back at once what is not begun, finishes what is, and another worker goes on', async () => {
    const mesh = await startWorkerMesh();
    let finish = (): void => {};
    const may = new Promise<void>((resolve) => (finish = resolve));
    const began = collector<string>();
    const ledger = createLedger(async ({ requestId }) => {
      began.add(requestId);
      await may;
      return 1;
    });
    const first = await startWorker(mesh.broker.url, ledger, { concurrency: 2, ackWaitMs: 60_000 });
    for (const id of ['a', 'b', 'c', 'd']) await mesh.submit(id);
    await began.reaches(2);
    await expect.poll(() => first.metrics.value('scoremesh_jobs_held'), patience).toBe(2);
    const stopping = first.stop();
    // Long before an ack wait is over.
    await startWorker(mesh.broker.url, createLedger(), { concurrency: 2, ackWaitMs: 60_000 });
    expect(await states(mesh.ended(2))).toEqual(['JOB_STATE_SUCCEEDED', 'JOB_STATE_SUCCEEDED']);
    finish();
    await stopping;
    const results = await mesh.ended(4);
    expect([...results.values()].map(({ attempts }) => attempts).sort()).toEqual([1, 1, 2, 2]);
    expect(ledger.records.size).toBe(2);
  });

  it('gives a job up that nobody lived to end, by its attempts and not by its deliveries', async () => {
    const mesh = await startWorkerMesh();
    await mesh.submit('first');
    const ledger = createLedger();
    const first = await startWorker(mesh.broker.url, ledger, { maxAttempts: 3 });
    await mesh.ended(1);
    await first.stop();
    const ids = ['poison', 'suspect', 'companion'];
    for (const id of ids) await mesh.submit(id);
    const nats = await connect({ servers: mesh.broker.url });
    onTestFinished(() => nats.close());
    // As by workers that ended: all were delivered, one was begun as often as it may be, one once less.
    const consumer = await nats.jetstream().consumers.get('SCOREMESH_JOBS', 'jobs-normal-t');
    for (let delivery = 0; delivery < 4 * ids.length; delivery += 1)
      expect((await consumer.next({ expires: 10_000 }))?.nak(1)).toBeUndefined();
    await nats.jetstream().publish('scoremesh.attempts.t.poison', '2 2');
    await nats.jetstream().publish('scoremesh.attempts.t.suspect', '1 3');
    // Of a message that was redriven since.
    await nats.jetstream().publish('scoremesh.attempts.t.companion', '2 1');
    const { metrics } = await startWorker(mesh.broker.url, ledger, { maxAttempts: 3 });
    const results = await mesh.ended(4);
    expect([results.get('poison')?.state, results.get('poison')?.error?.message]).toEqual([
      'JOB_STATE_DEAD',
      expect.stringContaining('begun 3 times and no worker lived to say how it ended'),
    ]);
    for (const id of ['suspect', 'companion']) expect(results.get(id)?.state).toBe('JOB_STATE_SUCCEEDED');
    expect(await mesh.count('SCOREMESH_DEAD')).toBe(1);
    expect(ledger.tries.has('job:t poison')).toBe(false);
    expect(metrics.value('scoremesh_jobs_exhausted_total{normal}')).toBe(1);
    // What ended in order left no mark.
    await expect.poll(() => mesh.count('SCOREMESH_ATTEMPTS'), patience).toBe(1);
  });

  it('gives one result for a job that is stored twice, and keeps the first', async () => {
    const mesh = await startWorkerMesh();
    const ledger = createLedger();
    // Under another id for JetStream, as after its window: the second is stored and known by the job id that it names.
    for (const [index, a] of [4, 4, 4].entries())
      await mesh.submit(`message-${index}`, { a, headers: { 'Scoremesh-Job-Id': 'twice' } });
    const { metrics } = await startWorker(mesh.broker.url, ledger);
    await expect.poll(() => mesh.count('SCOREMESH_JOBS'), patience).toBe(0);
    const results = await mesh.ended(1);
    expect(results.get('twice')?.response?.outputs.score?.number).toBe(8);
    expect(ledger.records.size).toBe(1);
    expect(metrics.value('scoremesh_jobs_ended_total{normal,t,KNOWN}')).toBe(2);
  });

  it('starts before nats-server has its streams, and makes them', async () => {
    const mesh = await startWorkerMesh();
    const manager = await mesh.nats.jetstreamManager();
    for (const { config } of await manager.streams.list().next()) await manager.streams.delete(config.name);
    await startWorker(mesh.broker.url, createLedger());
    await expect
      .poll(
        async () => (await manager.streams.list().next()).map(({ config }) => config.name).sort(),
        patience,
      )
      .toEqual([
        'SCOREMESH_ATTEMPTS',
        'SCOREMESH_CANCELS',
        'SCOREMESH_DEAD',
        'SCOREMESH_JOBS',
        'SCOREMESH_RESULTS',
      ]);
    await mesh.submit('j1');
    expect(await states(mesh.ended(1))).toEqual(['JOB_STATE_SUCCEEDED']);
  });
});

describe.skipIf(natsIsAbsent)('fairness', () => {
  it("a tenant's single job and the low lane wait for a few of another's jobs, however many it has", async () => {
    const mesh = await startWorkerMesh();
    const began = collector<string>();
    const finish: (() => void)[] = [];
    const ledger = createLedger(async ({ requestId }) => {
      began.add(requestId);
      await new Promise<void>((resolve) => finish.push(resolve));
      return 1;
    });
    const big = 500;
    await Promise.all(
      Array.from({ length: big }, (_, index) =>
        mesh.submit(`big-${index}`, { subject: 'scoremesh.jobs.high.big.m' }),
      ),
    );
    const { metrics } = await startWorker(mesh.broker.url, ledger, { concurrency: 4 });
    // The last place is kept for tenants of which few run.
    await began.reaches(3);
    await expect.poll(() => metrics.value('scoremesh_jobs_held'), patience).toBe(5);
    for (const lane of ['high', 'low'])
      await mesh.submit(`small-${lane}`, { subject: `scoremesh.jobs.${lane}.small.m` });
    // A gateway would tell of them; here they are found by looking. One goes at once, and the other one in its turn.
    await began.reaches(4);
    expect(began.items[3]).toMatch(/^small-/);
    await expect.poll(() => metrics.value('scoremesh_jobs_held'), patience).toBe(6);
    expect(metrics.value('scoremesh_jobs_queues_followed')).toBe(3);
    finish.shift()?.();
    while (!began.items.includes('small-high') || !began.items.includes('small-low')) {
      const count = began.items.length;
      finish.shift()?.();
      await began.reaches(count + 1);
    }
    expect(began.items.length - 4).toBeLessThanOrEqual(13);
    const all = setInterval(() => {
      for (const end of finish.splice(0)) end();
    }, 1);
    await mesh.ended(big + 2);
    clearInterval(all);
  });
});
