import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../gateway/client/client.ts';
import { flight } from '../contract/flight.ts';
import { type Placed, place } from '../contract/placements.ts';
import { until } from '../contract/ready.ts';
import { startAnswerProxy } from './answer-proxy.ts';

const patient = { timeoutMs: 20_000 };
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

  it('asks again when an answer is lost on the way, and gets the recorded prediction', async () => {
    const proxy = await startAnswerProxy(mesh.address);
    const client = connect({ address: proxy.address });
    await client.models.ListModels({});
    proxy.hold();
    const requestId = 'lost-answer';
    const score = client.scoring.Score(flight({ requestId }), { timeoutMs: 20_000 });
    const made = async () => {
      const { records } = await mesh.client.audit.ListRecords({ pageSize: 1000 });
      return records.filter(({ record }) => record?.prediction?.request?.requestId === requestId);
    };
    await until(async () => ((await made()).length === 1 ? undefined : 'nothing was recorded yet'));
    // The prediction is in the log, its answer held on the way: now it is lost, and a new connection works.
    proxy.lose();
    const { predictionId, receipt } = await score;
    const records = await made();
    expect(records.map(({ record }) => record?.recordId)).toEqual([predictionId]);
    expect(records[0]?.receipt).toEqual(receipt);
    await client.close();
    await proxy.close();
  });

  it('does not repeat by itself what might be done twice', async () => {
    const proxy = await startAnswerProxy(mesh.address);
    const client = connect({ address: proxy.address });
    await client.models.ListModels({});
    proxy.hold();
    const score = client.scoring.Score(flight({ entities: { origin: 'ONCE', destination: 'DEN' } }), patient);
    const lost = expect(score).rejects.toMatchObject({ code: 14 });
    const recorded = async (): Promise<number> => {
      const { records } = await mesh.client.audit.ListRecords({ pageSize: 1000 });
      return records.filter(({ record }) => record?.prediction?.request?.entities.origin === 'ONCE').length;
    };
    await until(async () => ((await recorded()) === 1 ? undefined : 'nothing was recorded yet'));
    proxy.lose();
    await lost;
    expect(await recorded()).toBe(1);
    await client.close();
    await proxy.close();
  });

  it('works again with a gateway that was restarted', async () => {
    const gateway = mesh.roles.get('gateway')!;
    await expect(gateway.stop()).resolves.toBe(0);
    await expect(mesh.client.scoring.Score(flight(), { timeoutMs: 5000 })).rejects.toMatchObject({
      code: 14,
      message: expect.stringContaining(mesh.address),
    });
    await gateway.restart();
    await until(async () => {
      await mesh.client.scoring.Score(flight({ requestId: 'again' }), { timeoutMs: 5000 });
      return undefined;
    });
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
