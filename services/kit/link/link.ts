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
  readonly #watch = new DeadlineWatch();
  readonly #pending = new Map<number, Pending>();
  readonly #waiting: (() => void)[] = [];
  #stream: ClientDuplexStream<Buffer, Buffer> | undefined;
  #hello: LinkHello | undefined;
  #methods = new Map<string, number>();
  #calls: LinkCall[] = [];
  #cancelled: number[] = [];
  #scheduled = false;
  #blocked = false;
  #nextId = 1;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #closing = false;
  /** Why it is not ready; for messages. */
  lastError = 'not connected yet';

  /** `onChange` is called when it becomes ready or stops being so. */
  constructor(address: string, client: Client, log: Log, onChange: () => void) {
    this.address = address;
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
    return this.#pending.size + this.#waiting.length;
  }

  /** Sends one call. ROLE_UNREACHABLE if the link breaks before the reply: whether the call was carried out is unknown. */
  unary(method: Method, request: object, call: Call): Promise<object> {
    const { error } = call.cancellation;
    if (error !== undefined) return Promise.reject(error);
    const hello = this.#hello;
    if (hello === undefined) return Promise.reject(this.#unreachable());
    if (this.#pending.size < hello.maxInFlight) return this.#send(method, request, call);
    if (this.#waiting.length >= hello.maxInFlight * maxWaitingFactor) {
      const retry = { retryAfterMs: 20 };
      return Promise.reject(
        new MeshError('QUEUE_FULL', `${this.load} calls wait for ${this.address}`, retry),
      );
    }
    return new Promise<void>((resolve) => this.#waiting.push(resolve)).then(() =>
      this.unary(method, request, call),
    );
  }

  /** No new calls; resolves when what is in flight is answered or failed. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#retry);
    if (this.#pending.size === 0) this.#stream?.cancel();
    while (this.#pending.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#stream?.end();
    this.#watch.close();
  }

  #send(method: Method, request: object, call: Call): Promise<object> {
    const place = this.#methods.get(method.path);
    if (place === undefined) {
      const where = `${this.address} does not serve ${method.path}; check its SCOREMESH_ROLES`;
      return Promise.reject(new MeshError('METHOD_NOT_FOUND', where));
    }
    return new Promise((resolve, reject) => {
      const id = this.#nextId;
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
      const { trace } = call;
      this.#calls.push({
        id,
        method: place,
        timeoutUs: Math.max(1, Math.min(maxTimeoutUs, Math.floor(remainingMs(call) * 1000))),
        request: method.request.encode(request),
        traceparent: trace.traceId === '' ? '' : formatTraceparent(trace),
        tracestate: trace.state,
        principal: call.principal,
      });
      this.#schedule();
    });
  }

  #giveUp(id: number, error: MeshError): void {
    const pending = this.#take(id);
    if (pending === undefined) return;
    this.#cancelled.push(id);
    this.#schedule();
    pending.reject(error);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    this.#watch.delete(pending);
    pending.stop();
    this.#waiting.shift()?.();
    return pending;
  }

  #receive(frameBytes: Buffer): void {
    const frame = decodeResponseFrame(frameBytes);
    if (frame.hello !== undefined) this.#greet(frame.hello);
    for (const reply of frame.replies) this.#settle(reply);
    if (frame.draining && this.#hello !== undefined) {
      this.#hello = undefined;
      this.lastError = 'it is stopping';
      this.#onChange();
    }
  }

  #greet(hello: LinkHello): void {
    if (hello.version !== linkProtocolVersion) {
      this.#broke(
        new Error(
          `it speaks link protocol ${hello.version}, this process ${linkProtocolVersion}: upgrade one of them`,
        ),
      );
      return;
    }
    this.#hello = hello;
    this.#methods = new Map(hello.methods.map((path, place) => [path, place]));
    this.#failures = 0;
    this.#log.info('link is up', { address: this.address });
    this.#onChange();
  }

  #settle(reply: LinkReply): void {
    const pending = this.#take(reply.id);
    if (pending === undefined) return;
    if (reply.error !== undefined) {
      pending.reject(decodeStatus(reply.error));
      return;
    }
    try {
      pending.resolve(pending.method.response.decode(reply.response));
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
    if (this.#blocked || this.#stream === undefined) return;
    if (this.#calls.length === 0 && this.#cancelled.length === 0) return;
    const frame = encodeRequestFrame({ calls: this.#calls, cancelled: this.#cancelled });
    this.#calls = [];
    this.#cancelled = [];
    this.#blocked = !this.#stream.write(frame);
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
    this.#calls = [];
    this.#cancelled = [];
    this.lastError = error?.message ?? 'it closed the link';
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(this.#unreachable());
    for (const wake of this.#waiting.splice(0)) wake();
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
