import { describe, expect, it } from 'vitest';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { createLedger, startWorker, startWorkerMesh } from './worker-mesh.ts';

const maxQueued = 120;
const patience = { timeout: 60_000, interval: 20 };

describe.skipIf(natsIsAbsent)('a full queue', () => {
  it('loses no job that waits to be tried again when nats-server is killed, which then has done ones again', async () => {
    const mesh = await startWorkerMesh({ maxQueued });
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let isOpen = false;
    /** The first are tried again, those after them are scored, and the last wait. */
    const ledger = createLedger(async ({ inputs }) => {
      const a = Number(inputs.a?.number);
      if (a < 40 && !isOpen) throw new MeshError('EXECUTOR_LOST', 'not yet', { retryAfterMs: 3000 });
      if (a >= 120) await gate;
      return a;
    });
    const { metrics } = await startWorker(mesh.broker.url, ledger, { maxQueued });
    for (let a = 0; a < 40; a += 1) await mesh.submit(`j${a}`, { a });
    await expect
      .poll(() => metrics.value('scoremesh_jobs_retried_total{normal,EXECUTOR_LOST}'), patience)
      .toBeGreaterThanOrEqual(40);
    for (let a = 40; a < 120; a += 1) await mesh.submit(`j${a}`, { a });
    await mesh.ended(80);
    await expect.poll(() => mesh.count('SCOREMESH_JOBS'), patience).toBe(40);
    for (let a = 120; a < 200; a += 1) await mesh.submit(`j${a}`, { a });
    await expect(mesh.submit('j200', { a: 200 })).rejects.toMatchObject({
      api_error: { err_code: 10077 },
    });

    mesh.broker.kill();
    await expect.poll(() => mesh.count('SCOREMESH_JOBS').catch(() => -1), patience).toBeGreaterThan(0);
    isOpen = true;
    open();
    const results = await mesh.ended(200);
    expect([...results.values()].every(({ state }) => state === 'JOB_STATE_SUCCEEDED')).toBe(true);
    await expect.poll(() => mesh.count('SCOREMESH_JOBS'), patience).toBe(0);
  }, 120_000);
});
