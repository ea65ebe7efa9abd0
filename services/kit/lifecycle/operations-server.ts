import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MeshError } from '../errors/mesh-error.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Closers } from './closers.ts';

/** For people and machines that run the mesh: /metrics (Prometheus text), /healthz (alive), /readyz (can do its work, else why not). */
export async function startOperationsServer(
  config: { readonly host: string; readonly port: number },
  deps: { readonly metrics: Metrics; readonly unready: () => MeshError | undefined },
  closers: Closers,
): Promise<{ port: number }> {
  const server = createServer((request, response) => {
    const [pathname] = (request.url ?? '/').split('?', 1);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(response, 405, 'only GET is answered here\n');
    if (pathname === '/healthz') return answer(response, 200, 'alive\n');
    if (pathname === '/readyz') return answerReadiness(response, deps.unready());
    if (pathname !== '/metrics') return answer(response, 404, 'here are /metrics, /healthz and /readyz\n');
    deps.metrics.expose().then(
      (text) => answer(response, 200, text, 'text/plain; version=0.0.4; charset=utf-8'),
      () => answer(response, 500, 'the metrics could not be collected\n'),
    );
  });
  server.listen(config.port, config.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const where = `${config.host}:${config.port}`;
    throw new MeshError(
      'CONFIG_INVALID',
      `can't listen for metrics on ${where}: ${(error as Error).message}. SCOREMESH_METRICS_PORT chooses another port`,
      {},
      error,
    );
  }
  closers.add('metrics server', async () => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port };
}

function answerReadiness(response: ServerResponse, why: MeshError | undefined): void {
  if (why === undefined) answer(response, 200, 'ready\n');
  else answer(response, 503, `not ready: ${why.reason}: ${why.message}\n`);
}

function answer(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type }).end(text);
}
