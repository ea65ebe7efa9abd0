import { once } from 'node:events';
import type {
  handleBidiStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerDuplexStream,
  ServerWritableStream,
} from '@grpc/grpc-js';
import type { Call } from '../contract/call.ts';
import { cancel, type DeadlineWatch } from '../contract/deadline-watch.ts';
import { type MeshError, toMeshError } from '../errors/mesh-error.ts';
import { type CallerChecks, callerOf, enterCall, toServiceError } from './grpc-call.ts';
import type { Instruments } from './instruments.ts';
import { MalformedMessage, RefusedRequest, type ServedMethod } from './served.ts';

/** What the handlers of one server share. */
export interface Edge extends CallerChecks {
  readonly config: { readonly defaultTimeoutMs: number };
  readonly instruments: Instruments;
  readonly watch: DeadlineWatch;
  /** Aborts when the server starts to stop. */
  readonly stopping: AbortController;
}

export function unaryHandler(served: ServedMethod, edge: Edge): handleUnaryCall<object, object> {
  const { tracer } = edge.instruments;
  return (incoming, callback) => {
    const { metadata } = incoming;
    const caller = callerOf(metadata, edge);
    const call = enterCall(metadata, incoming.getDeadline(), edge.config.defaultTimeoutMs, tracer, caller);
    const { cancellation, deadline } = call;
    let answered = false;
    const answer = (error: MeshError | undefined, response: object | undefined): void => {
      if (answered) return;
      answered = true;
      edge.watch.delete(expiring);
      // A stream of the HTTP/2 library outlives its call until the next full collection, and all that it leads to with it.
      incoming.off('cancelled', onCancelled);
      if (error === undefined) callback(null, response);
      else callback(toServiceError(error));
    };
    const expiring = {
      deadline,
      expire: (error: MeshError) => {
        cancellation.cancel(error);
        answer(error, undefined);
      },
    };
    edge.watch.add(expiring);
    const onCancelled = (): void => {
      cancel(cancellation, deadline);
      answer(cancellation.error, undefined);
    };
    incoming.on('cancelled', onCancelled);
    served.unary(unlessRefused(caller, incoming.request), call, 'grpc').then(
      (response) => answer(undefined, response),
      (error) => answer(toMeshError(error), undefined),
    );
  };
}

export function serverStreamHandler(
  served: ServedMethod,
  edge: Edge,
): handleServerStreamingCall<object, object> {
  return (stream) => {
    const caller = callerOf(stream.metadata, edge);
    const call = enterStream(stream, caller, edge);
    void pump(served.serverStream(unlessRefused(caller, stream.request), call, 'grpc'), stream, call);
  };
}

export function bidiHandler(served: ServedMethod, edge: Edge): handleBidiStreamingCall<object, object> {
  return (stream) => {
    const caller = callerOf(stream.metadata, edge);
    const call = enterStream(stream, caller, edge);
    void pump(served.bidi(unlessRefused(caller, wellFormed(stream, call)), call, 'grpc'), stream, call);
  };
}

/** What the method gets: what was sent, unless the caller is refused. */
function unlessRefused<T extends object>(caller: string | MeshError, sent: T): T | RefusedRequest {
  return typeof caller === 'string' ? sent : new RefusedRequest(caller);
}

/** A stream without a deadline of its own lives until one side ends it; it still ends when the server stops. */
function enterStream(
  stream: ServerWritableStream<object, object> | ServerDuplexStream<object, object>,
  caller: string | MeshError,
  edge: Edge,
): Call {
  const call = enterCall(
    stream.metadata,
    stream.getDeadline(),
    Number.POSITIVE_INFINITY,
    edge.instruments.tracer,
    caller,
  );
  stream.on('cancelled', () => cancel(call.cancellation, call.deadline));
  const stop = (): void => call.cancellation.cancel(edge.stopping.signal.reason as MeshError);
  edge.stopping.signal.addEventListener('abort', stop, { once: true });
  stream.on('close', () => edge.stopping.signal.removeEventListener('abort', stop));
  return call;
}

async function* wellFormed(stream: ServerDuplexStream<object, object>, call: Call): AsyncIterable<object> {
  try {
    // An iterator of its own kind would destroy the stream at the end of the requests, and with it the answers still to come.
    for await (const message of stream.iterator({ destroyOnReturn: false })) {
      if (message instanceof MalformedMessage) throw message.error;
      yield message as object;
    }
  } catch (error) {
    throw call.cancellation.error ?? error;
  }
  // A caller that goes away ends the stream like one that is done.
  if (call.cancellation.error !== undefined) throw call.cancellation.error;
}

async function pump(
  answers: AsyncIterable<object>,
  stream: ServerWritableStream<object, object> | ServerDuplexStream<object, object>,
  call: Call,
): Promise<void> {
  let over = false;
  const fail = (error: MeshError): void => {
    if (over) return;
    over = true;
    stream.emit('error', toServiceError(error));
  };
  // At once, because a handler that waits for the caller's next message would not notice.
  const stop = call.cancellation.onCancel(fail);
  try {
    for await (const answer of answers) {
      if (call.cancellation.error !== undefined) throw call.cancellation.error;
      if (!stream.write(answer)) await once(stream, 'drain', { signal: call.cancellation.signal });
    }
    if (!over) stream.end();
  } catch (thrown) {
    fail(call.cancellation.error ?? toMeshError(thrown));
  } finally {
    over = true;
    stop();
  }
}
