import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Call } from '../../services/kit/contract/call.ts';
import { MeshError, toMeshError } from '../../services/kit/errors/mesh-error.ts';
import { toHttpError } from './errors.ts';

/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: object;
}

/** Answers that last: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface EventStreams {
  /**
   * Sends what the source gives until it ends, with a comment now and then so that nobody takes the connection for dead. What fails before
   * the first event is answered as any error; later it is the last event, "error". A caller who goes away ends the source by its call.
   */
  send(reply: FastifyReply, call: Call, source: () => AsyncGenerator<ServerEvent>): Promise<void>;
}

const defaultHeartbeatMs = 15_000;

/** Streams of this server; they are told when it closes, so that it needs not wait for them. */
export function createEventStreams(server: FastifyInstance, heartbeatMs = defaultHeartbeatMs): EventStreams {
  const open = new Set<Call>();
  server.addHook('preClose', async () => {
    for (const { cancellation } of open)
      cancellation.cancel(new MeshError('SHUTTING_DOWN', 'this server is stopping; watch elsewhere'));
  });
  return {
    send: async (reply, call, source) => {
      const events = source();
      open.add(call);
      try {
        const first = await events.next();
        reply.hijack();
        await write(reply.raw, first, events, heartbeatMs);
      } finally {
        open.delete(call);
        await events.return(undefined).catch(() => {});
      }
    },
  };
}

async function write(
  response: ServerResponse,
  first: IteratorResult<ServerEvent>,
  events: AsyncGenerator<ServerEvent>,
  heartbeatMs: number,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // For proxies that gather answers.
    'x-accel-buffering': 'no',
  });
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs).unref();
  try {
    for (let next = first; !next.done; next = await events.next()) {
      const { event, data } = next.value;
      const isTaken = response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      if (!isTaken) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
  } catch (thrown) {
    const { body } = toHttpError(toMeshError(thrown));
    response.write(`event: error\ndata: ${JSON.stringify(body)}\n\n`);
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}
