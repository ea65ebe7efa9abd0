import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import type { ModelContract, ScoringContract } from '../../services/contracts.ts';
import { type Call, Cancellation, cancelledByCaller } from '../../services/kit/contract/call.ts';
import type { Client } from '../../services/kit/contract/contract.ts';
import { DeadlineWatch } from '../../services/kit/contract/deadline-watch.ts';
import { invalidRequest, MeshError, toMeshError } from '../../services/kit/errors/mesh-error.ts';
import type { Closers } from '../../services/kit/lifecycle/closers.ts';
import type { Tracer } from '../../services/kit/telemetry/span.ts';
import { toHttpError } from './errors.ts';
import { outcomesOf, scoreRequestOf, scoreResponseJson } from './json.ts';

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  readonly defaultTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly graceMs: number;
}

export interface HttpDeps {
  /** The services as an HTTP caller sees them: recorded with placement "http". */
  readonly scoring: Client<ScoringContract>;
  readonly models: Client<ModelContract>;
  readonly tracer: Tracer;
  readonly unready: () => MeshError | undefined;
}

/** How long a caller may wait for the answer; in milliseconds, as a header because HTTP has no deadline. */
const timeoutHeader = 'x-timeout-ms';
const maxTimeoutMs = 3_600_000;

/** JSON over HTTP/1.1: score, outcomes, models, health. Resolves when it listens. */
export async function startHttpServer(
  config: HttpConfig,
  deps: HttpDeps,
  closers: Closers,
): Promise<{ port: number }> {
  const watch = new DeadlineWatch();
  const answer = (reply: FastifyReply, error: MeshError, given?: number): FastifyReply => {
    const { status, headers, body } = toHttpError(error, given);
    return reply.code(status).headers(headers).send(body);
  };
  const server = fastify({
    frameworkErrors: (thrown, _request, reply) => void answer(reply as FastifyReply, ofFastify(thrown)),
    bodyLimit: config.maxMessageBytes,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
  });

  server.setErrorHandler((thrown, _request, reply) => answer(reply, ofFastify(thrown)));
  // Here it is the caller's mistake, which a 501 would charge to this server.
  const noSuchPlace = (reply: FastifyReply, message: string): FastifyReply =>
    answer(reply, new MeshError('METHOD_NOT_FOUND', message), 404);
  server.setNotFoundHandler((request, reply) =>
    noSuchPlace(
      reply,
      `nothing is at ${request.method} ${request.url.slice(0, 200)}; see POST /v1/models/{model}:score`,
    ),
  );

  /** Runs one call with the caller's deadline, ends it when the caller goes away. */
  const handle = async (
    request: FastifyRequest,
    reply: FastifyReply,
    work: (call: Call) => Promise<object>,
  ): Promise<void> => {
    const call = enter(request.headers, config.defaultTimeoutMs, deps.tracer);
    const gone = (): void => call.cancellation.cancel(cancelledByCaller());
    const expiring = {
      deadline: call.deadline,
      expire: (error: MeshError) => call.cancellation.cancel(error),
    };
    reply.raw.on('close', gone);
    watch.add(expiring);
    const unwanted = new Promise<never>((_, reject) => call.cancellation.onCancel(reject));
    try {
      await reply.send(await Promise.race([work(call), unwanted]));
    } catch (thrown) {
      await answer(reply, toMeshError(thrown));
    } finally {
      reply.raw.off('close', gone);
      watch.delete(expiring);
    }
  };

  server.post<{ Params: { target: string } }>('/v1/models/:target', async (request, reply) => {
    const { target } = request.params;
    if (!target.endsWith(':score')) {
      const shown = target.slice(0, 100);
      return noSuchPlace(reply, `"${shown}" has no method; POST /v1/models/{model}:score scores`);
    }
    await handle(request, reply, async (call) => {
      const model = target.slice(0, -':score'.length);
      return scoreResponseJson(await deps.scoring.Score(scoreRequestOf(model, request.body), call));
    });
    return reply;
  });
  server.post('/v1/outcomes', async (request, reply) => {
    await handle(request, reply, (call) =>
      deps.scoring.RecordOutcomes({ outcomes: outcomesOf(request.body) }, call),
    );
    return reply;
  });
  server.get('/v1/models', async (request, reply) => {
    await handle(request, reply, (call) => deps.models.ListModels({}, call));
    return reply;
  });
  server.get('/healthz', async () => ({ status: 'alive' }));
  server.get('/readyz', async (_request, reply) => {
    const why = deps.unready();
    return why === undefined ? { status: 'ready' } : answer(reply, why);
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
    watch.close();
  });
  const address = server.server.address();
  return { port: address !== null && typeof address === 'object' ? address.port : config.port };
}

function enter(headers: IncomingHttpHeaders, defaultTimeoutMs: number, tracer: Tracer): Call {
  const text = headers[timeoutHeader];
  const timeoutMs = text === undefined ? defaultTimeoutMs : Number(text);
  if (!(timeoutMs >= 1 && timeoutMs <= maxTimeoutMs)) {
    throw invalidRequest([
      {
        field: timeoutHeader,
        description: `is "${String(text).slice(0, 40)}"; give milliseconds from 1 to ${maxTimeoutMs}`,
      },
    ]);
  }
  const { traceparent, tracestate } = headers;
  return {
    deadline: performance.now() + timeoutMs,
    cancellation: new Cancellation(),
    principal: 'anonymous',
    trace: tracer.enter(one(traceparent), one(tracestate)),
    span: undefined,
  };
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

/** What the HTTP library refused before any handler ran. */
function ofFastify(thrown: unknown): MeshError {
  const { statusCode, message, code } = thrown as { statusCode?: number; message?: string; code?: string };
  if (statusCode === 413)
    return new MeshError(
      'MESSAGE_TOO_LARGE',
      'the body is too large; SCOREMESH_MAX_MESSAGE_BYTES is the limit',
    );
  if (statusCode !== undefined && statusCode < 500) {
    return invalidRequest([
      { field: 'body', description: `${message ?? 'unreadable'} (${code ?? statusCode})` },
    ]);
  }
  return toMeshError(thrown);
}
