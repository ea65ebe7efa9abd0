import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Call, Cancellation, cancelledByCaller } from '../../services/kit/contract/call.ts';
import { DeadlineWatch } from '../../services/kit/contract/deadline-watch.ts';
import { invalidRequest, type MeshError } from '../../services/kit/errors/mesh-error.ts';
import { type Authenticate, anonymous } from '../../services/kit/rpc/authentication.ts';
import type { Tracer } from '../../services/kit/telemetry/span.ts';

/** How long a caller may wait for the answer; in milliseconds, as a header because HTTP has no deadline. */
const timeoutHeader = 'x-timeout-ms';
const maxTimeoutMs = 3_600_000;

/** Gives HTTP requests what a gRPC call has by itself: a deadline, cancellation, a principal, a trace. */
export interface EdgeCalls {
  /**
   * Runs work with the caller's deadline and trace, and cancels it when the caller goes away. Settles with the work, or before it
   * with DEADLINE_PASSED_WAITING or CALL_CANCELLED. TOKEN_INVALID before any work. `defaultMs` is for a caller who names no time;
   * infinity for what lasts until it ends by itself.
   */
  run<T>(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (call: Call) => Promise<T>,
    defaultMs?: number,
  ): Promise<T>;
  close(): void;
}

export function createEdgeCalls(
  defaultTimeoutMs: number,
  tracer: Tracer,
  authenticate?: Authenticate,
): EdgeCalls {
  const watch = new DeadlineWatch();
  return {
    run: async (request, reply, work, defaultMs = defaultTimeoutMs) => {
      const principal = principalOf(request.headers, authenticate);
      const call = enter(request.headers, defaultMs, tracer, principal);
      const gone = (): void => call.cancellation.cancel(cancelledByCaller());
      const expiring = {
        deadline: call.deadline,
        expire: (error: MeshError) => call.cancellation.cancel(error),
      };
      reply.raw.on('close', gone);
      if (Number.isFinite(call.deadline)) watch.add(expiring);
      const unwanted = new Promise<never>((_, reject) => call.cancellation.onCancel(reject));
      try {
        return await Promise.race([work(call), unwanted]);
      } finally {
        reply.raw.off('close', gone);
        watch.delete(expiring);
      }
    },
    close: () => watch.close(),
  };
}

function principalOf({ authorization }: IncomingHttpHeaders, authenticate?: Authenticate): string {
  if (authorization === undefined || authenticate === undefined) return anonymous;
  const caller = authenticate(authorization);
  if (typeof caller !== 'string') throw caller;
  return caller;
}

function enter(
  headers: IncomingHttpHeaders,
  defaultTimeoutMs: number,
  tracer: Tracer,
  principal: string,
): Call {
  const text = headers[timeoutHeader];
  const timeoutMs = text === undefined ? defaultTimeoutMs : Number(text);
  if (text !== undefined && !(timeoutMs >= 1 && timeoutMs <= maxTimeoutMs)) {
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
    principal,
    trace: tracer.enter(one(traceparent), one(tracestate)),
    span: undefined,
  };
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}
