import type { Client, ClientDuplexStream } from '@grpc/grpc-js';
import { Metadata } from '@grpc/grpc-js';
import { type Call, remainingMs } from '../contract/call.ts';
import type { Method } from '../contract/contract.ts';
import { DeadlineWatch, type Expiring } from '../contract/deadline-watch.ts';
import { MeshError } from '../errors/mesh-error.ts';
import { decodeStatus } from '../errors/status.ts';
import type { Log } from '../log/log.ts';
import { backoffMs } from '../rpc/retry.ts';
import { formatTraceparent } from '../telemetry/traceparent.ts';
import { sizeOfCall, takeFrame, tooLarge } from './frame-size.ts';
import {
  decodeResponseFrame,
  encodeRequestFrame,
  type LinkCall,
  type LinkHello,
  type LinkReply,
} from './frames.ts';
import { linkPath, linkProtocolVersion } from './link-service.ts';

interface Pending extends Expiring {
  readonly method: Method;
  readonly resolve: (response: object) => void;
  readonly reject: (error: MeshError) => void;
  stop: () => void;
}

/** A call that waits until the other side takes another one. */
interface Waiting extends Expiring {
  enter(): void;
}

/** Calls of one link that may wait for a place, as a multiple of what the other side takes at once. */
const maxWaitingFactor = 4;
const maxTimeoutUs = 0xffff_ffff;
const bytes = (message: Buffer): Buffer => message;

/** The calling side of one link to one process. It reconnects by itself, with jitter, until it is closed. */
export class Link {
  readonly address: string;
  readonly #client: Client;
  readonly #log: Log;
  readonly #onChange: () => void;
  readonly #maxMessageBytes: number;
  readonly #watch = new DeadlineWatch();
  readonly #pending = new Map<number, Pending>();
  /** First come, first served. */
  readonly #waiting = new Set<Waiting>();
  #idle: (() => void)[] = [];
  #stream: ClientDuplexStream<Buffer, Buffer> | undefined;
  #hello: LinkHello | undefined;
  #methods = new Map<string, number>();
  #calls: LinkCall[] = [];
  #cancelled: number[] = [];
  #expired: number[] = [];
  #scheduled = false;
  #blocked = false;
  #nextId = 1;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #closing = false;
  #draining = false;
  /** Why it is not ready; for messages. */
  lastError = 'not connected yet';

  /** `onChange` is called when it becomes ready or stops being so. */
  constructor(
    address: string,
    client: Client,
    config: { readonly maxMessageBytes: number },
    log: Log,
    onChange: () => void,
  ) {
    this.address = address;
    this.#maxMessageBytes = config.maxMessageBytes;
    this.#client = client;
    this.#log = log;
    this.#onChange = onChange;
    this.#connect();
  }

  /** Whether new calls may be sent. */
  get ready(): boolean {
    return this.#hello !== undefined && !this.#closing;
  }

  /** Calls in flight and waiting: the load that the choice between links looks at. */
  get load(): number {
    return this.#pending.size + this.#waiting.size;
  }

  /** Sends one call. ROLE_UNREACHABLE if the link breaks before the reply: whether the call was carried out is unknown. */
  unary(method: Method, request: object, call: Call): Promise<object> {
    const { error } = call.cancellation;
    if (error !== undefined) return Promise.reject(error);
    const hello = this.#hello;
    if (hello === undefined || this.#closing) return Promise.reject(this.#unreachable());
    if (this.#pending.size < hello.maxInFlight && this.#waiting.size === 0)
      return this.#send(method, request, call);
    if (this.#waiting.size >= hello.maxInFlight * maxWaitingFactor) {
      const retry = { retryAfterMs: 20 };
      return Promise.reject(
        new MeshError('QUEUE_FULL', `${this.load} calls wait for ${this.address}`, retry),
      );
    }
    return this.#wait(method, request, call);
  }

  /** No new calls; resolves when what is in flight is answered or failed. */
  async close(): Promise<void> {
    this.#closing = true;
    this.lastError = 'this process closes it';
    clearTimeout(this.#retry);
    this.#onChange();
    if (this.load > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    this.#stream?.cancel();
    this.#watch.close();
  }

  #wait(method: Method, request: object, call: Call): Promise<object> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiting);
        this.#watch.delete(waiting);
        stop();
      };
      const waiting: Waiting = {
        deadline: call.deadline,
        expire: (error) => {
          leave();
          reject(error);
          this.#settled();
        },
        enter: () => {
          leave();
          this.#send(method, request, call).then(resolve, reject);
        },
      };
      this.#waiting.add(waiting);
      if (Number.isFinite(call.deadline)) this.#watch.add(waiting);
      const stop = call.cancellation.onCancel(waiting.expire);
    });
  }

  #send(method: Method, request: object, call: Call): Promise<object> {
    const place = this.#methods.get(method.path);
    if (place === undefined) {
      const where = `${this.address} does not serve ${method.path}; check its SCOREMESH_ROLES`;
      return Promise.reject(new MeshError('METHOD_NOT_FOUND', where));
    }
    return new Promise((resolve, reject) => {
      const { trace } = call;
      const id = this.#nextId;
      // First, because it throws if the request is not what its type says.
      const outgoing: LinkCall = {
        id,
        method: place,
        timeoutUs: Math.max(1, Math.min(maxTimeoutUs, Math.floor(remainingMs(call) * 1000))),
        request: method.request.encode(request),
        traceparent: trace.traceId === '' ? '' : formatTraceparent(trace),
        tracestate: trace.state,
        principal: call.principal,
      };
      const sizeBytes = sizeOfCall(outgoing);
      if (sizeBytes > this.#maxMessageBytes)
        throw tooLarge('request', method, sizeBytes, this.#maxMessageBytes);
      this.#nextId = id === maxTimeoutUs ? 1 : id + 1;
      const pending: Pending = {
        method,
        resolve,
        reject,
        deadline: call.deadline,
        expire: (error) => this.#giveUp(id, error),
        stop: call.cancellation.onCancel((error) => this.#giveUp(id, error)),
      };
      this.#pending.set(id, pending);
      if (Number.isFinite(call.deadline)) this.#watch.add(pending);
      this.#calls.push(outgoing);
      this.#schedule();
    });
  }

  #giveUp(id: number, error: MeshError): void {
    const pending = this.#take(id);
    if (pending === undefined) return;
    pending.reject(error);
    // What the stream has not taken yet goes, else calls that expire would pile up before a stream that does not move.
    const unsent = this.#calls.findIndex((call) => call.id === id);
    if (unsent >= 0) this.#calls.splice(unsent, 1);
    else if (error.reason === 'DEADLINE_PASSED_WAITING') this.#expired.push(id);
    else this.#cancelled.push(id);
    this.#schedule();
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    this.#watch.delete(pending);
    pending.stop();
    if (this.#waiting.size > 0 || this.#pending.size === 0) this.#settled();
    return pending;
  }

  /** A place is free: for who waits for it, or for what waits until there is nothing left to do. */
  #settled(): void {
    for (const next of this.#waiting) {
      if (this.#hello === undefined || this.#pending.size >= this.#hello.maxInFlight) break;
      next.enter();
    }
    if (this.load > 0) return;
    // Only now, so that no call is lost that was sent before the other side's wish to stop came.
    if (this.#draining) this.#stream?.end();
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Nothing of it was sent: another instance may take it. */
  #turnAwayWaiting(): void {
    for (const waiting of [...this.#waiting]) waiting.expire(this.#unreachable());
  }

  #receive(frameBytes: Buffer): void {
    const frame = decodeResponseFrame(frameBytes);
    if (frame.hello !== undefined) this.#greet(frame.hello);
    for (const reply of frame.replies) this.#settle(reply);
    if (frame.draining && !this.#draining) {
      this.#draining = true;
      this.#hello = undefined;
      this.lastError = 'it is stopping';
      this.#onChange();
      this.#turnAwayWaiting();
      this.#settled();
    }
  }

  #greet(hello: LinkHello): void {
    if (hello.version !== linkProtocolVersion)
      throw new Error(
        `it speaks link protocol ${hello.version}, this process ${linkProtocolVersion}: upgrade one of them`,
      );
    this.#hello = hello;
    this.#methods = new Map(hello.methods.map((path, place) => [path, place]));
    this.#failures = 0;
    this.#log.info('link is up', { address: this.address });
    this.#onChange();
  }

  #settle(reply: LinkReply): void {
    const pending = this.#take(reply.id);
    if (pending === undefined) return;
    try {
      if (reply.error === undefined) pending.resolve(pending.method.response.decode(reply.response));
      else pending.reject(decodeStatus(reply.error));
    } catch (error) {
      pending.reject(
        new MeshError('INTERNAL', `${this.address} sent a response that can't be decoded`, {}, error),
      );
    }
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
    while (!this.#blocked && this.#stream !== undefined) {
      if (this.#calls.length + this.#cancelled.length + this.#expired.length === 0) return;
      const calls = takeFrame(this.#calls, sizeOfCall, this.#maxMessageBytes);
      const frame = encodeRequestFrame({ calls, cancelled: this.#cancelled, expired: this.#expired });
      this.#cancelled = [];
      this.#expired = [];
      this.#blocked = !this.#stream.write(frame);
    }
  }

  #connect(): void {
    const stream = this.#client.makeBidiStreamRequest(linkPath, bytes, bytes, new Metadata(), {});
    this.#stream = stream;
    let over = false;
    const end = (error?: Error): void => {
      if (over) return;
      over = true;
      this.#broke(error);
    };
    stream.on('data', (frame: Buffer) => {
      try {
        this.#receive(frame);
      } catch (error) {
        stream.cancel();
        end(error as Error);
      }
    });
    stream.on('drain', () => {
      this.#blocked = false;
      this.#flush();
    });
    stream.on('error', end);
    stream.on('end', () => end());
  }

  #broke(error?: Error): void {
    const wasReady = this.#hello !== undefined;
    this.#stream = undefined;
    this.#hello = undefined;
    this.#blocked = false;
    this.#draining = false;
    this.#calls = [];
    this.#cancelled = [];
    this.#expired = [];
    this.lastError = error?.message ?? 'it closed the link';
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(this.#unreachable());
    this.#turnAwayWaiting();
    if (this.#closing) return;
    this.#failures += 1;
    if (wasReady || this.#failures === 1)
      this.#log.warn('link is down; reconnecting', { address: this.address, why: this.lastError });
    this.#retry = setTimeout(() => this.#connect(), 10 + backoffMs(this.#failures)).unref();
    this.#onChange();
  }

  #unreachable(): MeshError {
    return new MeshError('ROLE_UNREACHABLE', `no link to ${this.address}: ${this.lastError}`, {
      retryAfterMs: 100,
    });
  }
}
