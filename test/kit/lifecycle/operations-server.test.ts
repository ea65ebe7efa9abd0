import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { startOperationsServer } from '../../../services/kit/lifecycle/operations-server.ts';
import type { Metrics } from '../../../services/kit/telemetry/metrics.ts';
import { errorOf, testClosers } from '../rpc/processes.ts';

const closers = testClosers();

async function start(
  unready: () => MeshError | undefined = () => undefined,
  expose: () => Promise<string> = async () => 'm 1\n',
) {
  const metrics = { expose } as unknown as Metrics;
  const { port } = await startOperationsServer({ host: '127.0.0.1', port: 0 }, { metrics, unready }, closers);
  return { port, get: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init) };
}

/** The status line that a request target gets, which fetch would not send. */
function statusOf(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`),
    );
    let text = '';
    socket
      .on('data', (bytes) => (text += bytes))
      .on('end', () => resolve(text.split('\r\n')[0]!))
      .on('error', reject);
  });
}

describe('the operations server', () => {
  it('gives metrics, life and readiness', async () => {
    let why: MeshError | undefined = new MeshError('MODEL_NOT_READY', 'still loading');
    const { get } = await start(() => why);
    expect((await get('/healthz')).status).toBe(200);
    const waiting = await get('/readyz');
    expect([waiting.status, await waiting.text()]).toEqual([
      503,
      'not ready: MODEL_NOT_READY: still loading\n',
    ]);
    why = undefined;
    expect((await get('/readyz?verbose')).status).toBe(200);
    const metrics = await get('/metrics');
    expect(metrics.headers.get('content-type')).toContain('version=0.0.4');
    expect(await metrics.text()).toBe('m 1\n');
  });

  it('refuses the rest, and answers 500 where the metrics fail', async () => {
    const { get } = await start(undefined, async () => {
      throw new Error('x');
    });
    expect((await get('/nope')).status).toBe(404);
    expect((await get('/healthz', { method: 'POST' })).status).toBe(405);
    expect((await get('/metrics')).status).toBe(500);
  });

  it.each(['//', '//[', 'http://[', '*', '/%%', 'http://x:99999/'])(
    'lives on after the request target %j',
    async (target) => {
      const { port, get } = await start();
      expect(await statusOf(port, target)).toMatch(/^HTTP\/1.1 4/);
      expect((await get('/healthz')).status).toBe(200);
    },
  );

  it('names the port and the setting when it can’t listen', async () => {
    const { port } = await start();
    const deps = { metrics: {} as Metrics, unready: () => undefined };
    expect(await errorOf(startOperationsServer({ host: '127.0.0.1', port }, deps, closers))).toMatchObject({
      reason: 'CONFIG_INVALID',
      message: expect.stringMatching(new RegExp(`${port}.*SCOREMESH_METRICS_PORT`)),
    });
  });
});
