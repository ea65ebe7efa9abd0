import type { ServerDuplexStream, UntypedHandleCall } from '@grpc/grpc-js';
import { type Call, Cancellation, untraced } from '../contract/call.ts';
import { serviceDefinition } from '../contract/protos.ts';
import { MeshError, toMeshError } from '../errors/mesh-error.ts';
import { encodeStatus } from '../errors/status.ts';
import type { RawService } from '../rpc/grpc-server.ts';
import type { Instruments } from '../rpc/instruments.ts';
import { decodeRequest, type Served, type ServedMethod } from '../rpc/served.ts';
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
    const session = new Session(stream, methods, instruments, maxInFlight);
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

/** The serving side of one link. */
class Session {
  readonly #stream: Stream;
  readonly #methods: readonly ServedMethod[];
  readonly #instruments: Instruments;
  readonly #maxInFlight: number;
  readonly #inFlight = new Map<number, Cancellation>();
  #replies: LinkReply[] = [];
  #scheduled = false;
  #blocked = false;
  #draining = false;
  #closed = false;

  constructor(
    stream: Stream,
    methods: readonly ServedMethod[],
    instruments: Instruments,
    maxInFlight: number,
  ) {
    this.#stream = stream;
    this.#methods = methods;
    this.#instruments = instruments;
    this.#maxInFlight = maxInFlight;
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
      maxInFlight,
      methods: methods.map(({ method }) => method.path),
    };
    stream.write(encodeResponseFrame({ replies: [], hello, draining: false }));
  }

  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#schedule();
  }

  #receive(bytes: Buffer): void {
    try {
      const frame = decodeRequestFrame(bytes);
      for (const call of frame.calls) this.#start(call);
      for (const id of frame.cancelled) {
        this.#inFlight.get(id)?.cancel(new MeshError('CALL_CANCELLED', 'the calling role gave the call up'));
      }
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
    if (this.#inFlight.size >= this.#maxInFlight) {
      this.#refuse(
        id,
        new MeshError('QUEUE_FULL', `more than ${this.#maxInFlight} calls at once on this link`, {
          retryAfterMs: 10,
        }),
      );
      return;
    }
    const cancellation = new Cancellation();
    this.#inFlight.set(id, cancellation);
    const call: Call = {
      deadline: performance.now() + incoming.timeoutUs / 1000,
      cancellation,
      principal: incoming.principal,
      // Work that belongs to no trace on the other side starts none here.
      trace:
        incoming.traceparent === ''
          ? untraced
          : this.#instruments.tracer.enter(incoming.traceparent, incoming.tracestate || undefined),
      span: undefined,
    };
    const { method } = served;
    served
      .unary(decodeRequest(method, incoming.request as Buffer), call, 'link')
      .then(
        (response) => this.#reply({ id, response: method.response.encode(response), error: undefined }),
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
    if (this.#blocked || this.#closed) return;
    const finished = this.#draining && this.#inFlight.size === 0;
    if (this.#replies.length === 0 && !this.#draining) return;
    const replies = this.#replies;
    this.#replies = [];
    this.#blocked = !this.#stream.write(
      encodeResponseFrame({ replies, hello: undefined, draining: this.#draining }),
    );
    if (finished) {
      this.#closed = true;
      this.#stream.end();
    }
  }

  /** The calling side is gone: nobody waits for what is in flight. */
  #end(): void {
    if (!this.#closed) this.#stream.end();
    this.#closed = true;
    this.#replies = [];
    const gone = new MeshError('CALL_CANCELLED', 'the calling role closed its link');
    for (const cancellation of this.#inFlight.values()) cancellation.cancel(gone);
    this.#inFlight.clear();
  }
}

const noBytes = new Uint8Array(0);
