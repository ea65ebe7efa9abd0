import type { ServerDuplexStream, UntypedHandleCall } from '@grpc/grpc-js';
import { type Call, Cancellation, cancelledByCaller, untraced } from '../contract/call.ts';
import { deadlinePassed } from '../contract/deadline-watch.ts';
import { serviceDefinition } from '../contract/protos.ts';
import { MeshError, toMeshError } from '../errors/mesh-error.ts';
import { encodeStatus } from '../errors/status.ts';
import type { RawService } from '../rpc/grpc-server.ts';
import type { Instruments } from '../rpc/instruments.ts';
import { decodeRequest, type Served, type ServedMethod } from '../rpc/served.ts';
import { sizeOfReply, takeFrame, tooLarge } from './frame-size.ts';
import { decodeRequestFrame, encodeResponseFrame, type LinkCall, type LinkReply } from './frames.ts';

export const linkProtocolVersion = 1;
export const linkService = 'scoremesh.link.v1.LinkService';
export const linkPath = `/${linkService}/Connect`;

type Stream = ServerDuplexStream<Buffer, Buffer>;

/** Serves the unary methods of the given services over links. `maxInFlight` bounds the calls of one link. */
export function createLinkService(
  services: readonly Served[],
  instruments: Instruments,
  maxInFlight: number,
  maxMessageBytes: number,
): RawService {
  const methods = services
    .flatMap((service) => [...service.methods.values()])
    .filter(({ method }) => method.kind === 'unary');
  const sessions = new Set<Session>();
  const bytes = (message: Buffer): Buffer => message;
  const definition = Object.fromEntries(
    Object.entries(serviceDefinition(linkService)).map(([name, method]) => [
      name,
      { ...method, requestDeserialize: bytes, responseSerialize: bytes },
    ]),
  );
  const connect = (stream: Stream): void => {
    const session = new Session(stream, methods, instruments, { maxInFlight, maxMessageBytes });
    sessions.add(session);
    stream.on('close', () => sessions.delete(session));
  };
  return {
    definition,
    implementation: { Connect: connect as unknown as UntypedHandleCall },
    drain: () => {
      for (const session of sessions) session.drain();
    },
  };
}

interface Limits {
  readonly maxInFlight: number;
  readonly maxMessageBytes: number;
}

/** The serving side of one link. */
class Session {
  readonly #stream: Stream;
  readonly #methods: readonly ServedMethod[];
  readonly #instruments: Instruments;
  readonly #limits: Limits;
  readonly #inFlight = new Map<number, Call>();
  #replies: LinkReply[] = [];
  #scheduled = false;
  #blocked = false;
  #draining = false;
  /** Whether the calling side was told of the draining. */
  #announced = false;
  #closed = false;

  constructor(stream: Stream, methods: readonly ServedMethod[], instruments: Instruments, limits: Limits) {
    this.#stream = stream;
    this.#methods = methods;
    this.#instruments = instruments;
    this.#limits = limits;
    stream.on('data', (frame: Buffer) => this.#receive(frame));
    stream.on('end', () => this.#end());
    stream.on('cancelled', () => this.#end());
    stream.on('error', () => this.#end());
    stream.on('drain', () => {
      this.#blocked = false;
      this.#flush();
    });
    const hello = {
      version: linkProtocolVersion,
      maxInFlight: limits.maxInFlight,
      methods: methods.map(({ method }) => method.path),
    };
    stream.write(encodeResponseFrame({ replies: [], hello, draining: false }));
  }

  /** Asks the calling side to close when what it sent is answered, so that no call is lost on the way. */
  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#schedule();
  }

  #receive(bytes: Buffer): void {
    if (this.#closed) return;
    try {
      const frame = decodeRequestFrame(bytes);
      for (const call of frame.calls) this.#start(call);
      for (const id of frame.cancelled) this.#inFlight.get(id)?.cancellation.cancel(cancelledByCaller());
      for (const id of frame.expired) this.#inFlight.get(id)?.cancellation.cancel(deadlinePassed());
    } catch (error) {
      this.#instruments.log.error('a link sent bytes that are not a frame; closing it', { error });
      this.#stream.end();
      this.#end();
    }
  }

  #start(incoming: LinkCall): void {
    const { id } = incoming;
    const served = this.#methods[incoming.method];
    if (served === undefined) {
      this.#refuse(
        id,
        new MeshError('METHOD_NOT_FOUND', `this link has no method number ${incoming.method}`),
      );
      return;
    }
    if (this.#inFlight.size >= this.#limits.maxInFlight) {
      this.#refuse(
        id,
        new MeshError('QUEUE_FULL', `more than ${this.#limits.maxInFlight} calls at once on this link`, {
          retryAfterMs: 10,
        }),
      );
      return;
    }
    const call: Call = {
      deadline: performance.now() + incoming.timeoutUs / 1000,
      cancellation: new Cancellation(),
      principal: incoming.principal,
      // Work that belongs to no trace on the other side starts none here.
      trace:
        incoming.traceparent === ''
          ? untraced
          : this.#instruments.tracer.enter(incoming.traceparent, incoming.tracestate || undefined),
      span: undefined,
    };
    this.#inFlight.set(id, call);
    const { method } = served;
    served
      .unary(decodeRequest(method, incoming.request as Buffer), call, 'link')
      .then(
        (message) => {
          const reply = { id, response: method.response.encode(message), error: undefined };
          const sizeBytes = sizeOfReply(reply);
          const { maxMessageBytes } = this.#limits;
          if (sizeBytes <= maxMessageBytes) this.#reply(reply);
          else this.#refuse(id, tooLarge('response', method, sizeBytes, maxMessageBytes));
        },
        (error) => this.#refuse(id, toMeshError(error)),
      )
      .catch((error) => {
        this.#instruments.log.error('a response could not be serialised', { method: method.path, error });
        this.#refuse(id, toMeshError(error));
      });
  }

  #refuse(id: number, error: MeshError): void {
    this.#reply({ id, response: noBytes, error: encodeStatus(error) });
  }

  #reply(reply: LinkReply): void {
    this.#inFlight.delete(reply.id);
    if (this.#closed) return;
    this.#replies.push(reply);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (!this.#blocked && !this.#closed) {
      const announce = this.#draining && !this.#announced;
      if (this.#replies.length === 0 && !announce) return;
      const replies = takeFrame(this.#replies, sizeOfReply, this.#limits.maxMessageBytes);
      this.#announced = this.#draining;
      const frame = encodeResponseFrame({ replies, hello: undefined, draining: this.#draining });
      this.#blocked = !this.#stream.write(frame);
    }
  }

  /** The calling side is gone: nobody waits for what is in flight. */
  #end(): void {
    if (!this.#closed) this.#stream.end();
    this.#closed = true;
    this.#replies = [];
    const gone = new MeshError('CALL_CANCELLED', 'the calling role closed its link');
    for (const { cancellation } of this.#inFlight.values()) cancellation.cancel(gone);
    this.#inFlight.clear();
  }
}

const noBytes = new Uint8Array(0);
