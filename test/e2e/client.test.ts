import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../gateway/client/client.ts';
import { flight } from '../contract/flight.ts';
import { type Placed, place } from '../contract/placements.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('scoremesh/client', () => {
  let mesh: Placed;

  beforeAll(async () => {
    mesh = await place('processes');
  });
  afterAll(() => mesh?.close());

  it('is what other programs import, and ends with its program', () => {
    const script = `
      import { connect, isNotFound } from 'scoremesh/client';
      const mesh = connect({ address: '${mesh.address}' });
      const { outputs } = await mesh.scoring.Score(${JSON.stringify(flight())});
      const missing = await mesh.models.GetModel({ model: 'nobody' }).catch(isNotFound);
      await mesh.close();
      console.log(typeof outputs.late_probability.number, missing);`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      timeout: 20_000,
    });
    expect(printed.toString()).toBe('number true\n');
  });

  it('tries again within the deadline where that is safe', async () => {
    const gateway = mesh.roles.get('gateway')!;
    await gateway.stop();
    const unsafe = mesh.client.scoring.Score(flight(), { timeoutMs: 5000 });
    await expect(unsafe).rejects.toMatchObject({ code: 14 });
    const restarted = gateway.restart();
    const safe = async (): Promise<unknown> => {
      // Node starts slower than a client retries on a busy machine; a program would give it more time or ask again.
      for (let attempt = 0; attempt < 20; attempt++) {
        const answer = await mesh.client.scoring
          .Score(flight({ requestId: 'again' }), { timeoutMs: 5000 })
          .catch(() => undefined);
        if (answer !== undefined) return answer;
      }
      return undefined;
    };
    await expect(safe()).resolves.toMatchObject({ model: { name: 'flight_delay' } });
    await restarted;
  });

  it('refuses calls after it was closed, and ends its streams', async () => {
    const client = connect({ address: mesh.address });
    const stream = client.models.WatchModels({})[Symbol.asyncIterator]();
    await stream.next();
    const next = stream.next();
    await client.close();
    await expect(next).rejects.toMatchObject({ reason: 'CALL_CANCELLED' });
    await expect(client.scoring.Score(flight())).rejects.toMatchObject({
      message: expect.stringContaining('closed'),
    });
  });

  it('gives up within its deadline', async () => {
    const client = connect({ address: '127.0.0.1:1' });
    const startedAt = performance.now();
    await expect(client.models.ListModels({}, { timeoutMs: 300 })).rejects.toMatchObject({
      name: 'MeshError',
    });
    expect(performance.now() - startedAt).toBeLessThan(5000);
    await client.close();
  });
});
