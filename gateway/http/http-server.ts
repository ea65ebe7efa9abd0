import { once } from 'node:events';
import fastify, { type FastifyReply } from 'fastify';
import type {
  AuditContract,
  InferenceContract,
  ModelContract,
  ScoringContract,
} from '../../services/contracts.ts';
import type { Client } from '../../services/kit/contract/contract.ts';
import { MeshError } from '../../services/kit/errors/mesh-error.ts';
import type { Closers } from '../../services/kit/lifecycle/closers.ts';
import { createAuthenticate } from '../../services/kit/rpc/authentication.ts';
import type { Tracer } from '../../services/kit/telemetry/span.ts';
import { createEdgeCalls } from './edge-call.ts';
import { nothingAt, ofFastify, sendError } from './errors.ts';
import { addJobRoutes } from './job-routes.ts';
import { addLogRoutes } from './log-routes.ts';
import { type OipStatus, sendOipError } from './oip/oip-errors.ts';
import { addOipRoutes } from './oip/oip-routes.ts';
import { addRecordRoutes } from './record-routes.ts';
import { addScoreRoutes } from './score-routes.ts';

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  readonly defaultTimeoutMs: number;
  /** The largest body, also of what is left of it once it is unpacked. */
  readonly maxMessageBytes: number;
  readonly graceMs: number;
  /** How long a request may take to arrive, in milliseconds; default a minute. */
  readonly arrivalMs?: number;
  /** Between signs of life to who watches a job, in milliseconds; default 15 seconds. */
  readonly heartbeatMs?: number;
  /** Status codes of the Open Inference Protocol: what is true, or Triton's. */
  readonly oipStatus?: OipStatus;
  /** Makes who sends it the administrator; without one nobody is. */
  readonly adminToken?: string | undefined;
}

/** The services as an HTTP caller sees them: recorded with placement "http". */
export interface HttpDeps {
  /** Undefined where only the audit log is served. */
  readonly predictions:
    | {
        readonly scoring: Client<ScoringContract>;
        readonly models: Client<ModelContract>;
        readonly inference: Client<InferenceContract>;
      }
    | undefined;
  readonly audit: Client<AuditContract>;
  readonly tracer: Tracer;
  readonly unready: () => MeshError | undefined;
}

// The largest body comes in over 2 Mbit/s; who sends a byte now and then holds a connection and its memory.
const arrivalMs = 60_000;
const checkConnectionsMs = 1000;

/** HTTP/1.1: scores, jobs, outcomes and models as JSON, the Open Inference Protocol, the audit log, health. Resolves when it listens. */
export async function startHttpServer(
  config: HttpConfig,
  deps: HttpDeps,
  closers: Closers,
): Promise<{ port: number }> {
  const authenticate = createAuthenticate(config.adminToken);
  const calls = createEdgeCalls(config.defaultTimeoutMs, deps.tracer, authenticate);
  const oip = { maxMessageBytes: config.maxMessageBytes, oipStatus: config.oipStatus ?? 'honest' };
  const requestTimeout = config.arrivalMs ?? arrivalMs;
  const server = fastify({
    frameworkErrors: (thrown, request, reply) => {
      const error = ofFastify(thrown);
      if (request.url.startsWith('/v2/')) sendOipError(reply as FastifyReply, error, oip.oipStatus);
      else sendError(reply as FastifyReply, error);
    },
    bodyLimit: config.maxMessageBytes,
    requestTimeout,
    // The limit of the whole counts only if that of the headers is not above it.
    http: { connectionsCheckingInterval: checkConnectionsMs, headersTimeout: requestTimeout, requestTimeout },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
  });

  server.setErrorHandler((thrown, _request, reply) => sendError(reply, ofFastify(thrown)));
  server.setNotFoundHandler((request, reply) =>
    sendError(
      reply,
      nothingAt(
        `nothing is at ${request.method} ${request.url.slice(0, 200)}; see POST /v1/models/{model}:score`,
      ),
      404,
    ),
  );
  addRecordRoutes(server, { ...deps, calls });
  addLogRoutes(server, { ...deps, calls });
  if (deps.predictions !== undefined) {
    addScoreRoutes(server, { ...deps.predictions, calls });
    addJobRoutes(server, { ...deps.predictions, calls, heartbeatMs: config.heartbeatMs });
    addOipRoutes(server, oip, { ...deps, ...deps.predictions, calls });
  }
  server.get('/healthz', async () => ({ status: 'alive' }));
  server.get('/readyz', async (_request, reply) => {
    const why = deps.unready();
    return why === undefined ? { status: 'ready' } : sendError(reply, why);
  });

  try {
    await server.listen({ host: config.host, port: config.port });
  } catch (error) {
    const where = `${config.host}:${config.port}`;
    throw new MeshError(
      'CONFIG_INVALID',
      `can't listen for HTTP on ${where}: ${(error as Error).message}. SCOREMESH_HTTP_PORT chooses another port`,
      {},
      error,
    );
  }
  closers.add('HTTP server', async () => {
    const forced = setTimeout(() => server.server.closeAllConnections(), config.graceMs);
    const closed = server.server.listening ? once(server.server, 'close') : undefined;
    await server.close();
    await closed;
    clearTimeout(forced);
    calls.close();
  });
  const address = server.server.address();
  return { port: address !== null && typeof address === 'object' ? address.port : config.port };
}
