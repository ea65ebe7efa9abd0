import type { EventEmitter } from 'node:events';
import { Client, credentials } from '@grpc/grpc-js';
import { type Call, throwIfUnwanted } from '../contract/call.ts';
import type { Method } from '../contract/contract.ts';
import { fromServiceError, leavingDeadline, leavingMetadata } from './grpc-call.ts';
import type { Transport } from './transport.ts';

/** A connection to one address that lives as long as the process; it reconnects by itself. */
export interface GrpcChannel extends Transport {
  readonly client: Client;
  close(): void;
}

export interface GrpcChannelConfig {
  readonly maxMessageBytes: number;
  /** Sent with every call, to be known by. */
  readonly token?: string | undefined;
}

/** Opens no connection before the first call. */
export function openChannel(address: string, config: GrpcChannelConfig): GrpcChannel {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': config.maxMessageBytes,
    'grpc.max_send_message_length': config.maxMessageBytes,
    'grpc.enable_channelz': 0,
    'grpc.enable_http_proxy': 0,
    'grpc.keepalive_time_ms': 30_000,
    // A role that restarts is back within a second or two; the library's own backoff would wait up to two minutes.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    // Each channel its own connection: a pool of several to one address is then several connections.
    'grpc.use_local_subchannel_pool': 1,
  });
  const options = (call: Call): object =>
    Number.isFinite(call.deadline) ? { deadline: leavingDeadline(call) } : {};

  const unary = (method: Method, request: object, call: Call): Promise<object> =>
    new Promise((resolve, reject) => {
      throwIfUnwanted(call, `${method.path} was called`);
      const { definition } = method;
      const outgoing = client.makeUnaryRequest(
        method.path,
        definition.requestSerialize,
        definition.responseDeserialize,
        request,
        leavingMetadata(call, config.token),
        options(call),
        (error, response) => {
          stop();
          if (error !== null) reject(call.cancellation.error ?? fromServiceError(error, address));
          else resolve(response as object);
        },
      );
      const stop = call.cancellation.onCancel(() => outgoing.cancel());
    });

  async function* serverStream(method: Method, request: object, call: Call): AsyncIterable<object> {
    const { definition } = method;
    const stream = client.makeServerStreamRequest(
      method.path,
      definition.requestSerialize,
      definition.responseDeserialize,
      request,
      leavingMetadata(call, config.token),
      options(call),
    );
    yield* answers(stream, call, address);
  }

  async function* bidi(method: Method, requests: AsyncIterable<object>, call: Call): AsyncIterable<object> {
    const { definition } = method;
    const stream = client.makeBidiStreamRequest(
      method.path,
      definition.requestSerialize,
      definition.responseDeserialize,
      leavingMetadata(call, config.token),
      options(call),
    );
    let over = false;
    let failure: { readonly error: unknown } | undefined;
    const send = async (): Promise<void> => {
      for await (const request of requests) {
        if (over) return;
        if (!stream.write(request)) await drained(stream);
      }
      stream.end();
    };
    send().catch((error) => {
      failure = { error };
      stream.cancel();
    });
    try {
      yield* answers(stream, call, address);
    } catch (error) {
      throw failure === undefined ? error : failure.error;
    } finally {
      over = true;
      stream.destroy();
    }
  }

  return { client, unary, serverStream, bidi, close: () => client.close() };
}

/** Resolves when the stream takes more, or never will; leaves no listener behind. */
function drained(stream: EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}

async function* answers(
  stream: AsyncIterable<unknown> & { cancel(): void },
  call: Call,
  address: string,
): AsyncIterable<object> {
  const stop = call.cancellation.onCancel(() => stream.cancel());
  try {
    for await (const answer of stream) yield answer as object;
  } catch (error) {
    throw call.cancellation.error ?? fromServiceError(error, address);
  } finally {
    stop();
    stream.cancel();
  }
}
