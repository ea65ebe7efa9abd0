import { type Call, remainingMs, throwIfUnwanted } from '../contract/call.ts';
import { MeshError } from '../errors/mesh-error.ts';
import type { Closers } from '../lifecycle/closers.ts';
import type { Log } from '../log/log.ts';
import type { Counter, Metrics } from '../telemetry/metrics.ts';
import type { TraceContext } from '../telemetry/span.ts';
import { jetStreamCode, jetStreamCodeOf, toBusError } from './bus-error.ts';
import { type BusConfig, busDefaults } from './config.ts';
import { type BusState, Connection } from './connection.ts';
import { connectionOptions } from './connection-options.ts';
import { type ConsumeOptions, type Consumption, PullConsumption } from './consumption.ts';
import type { Delivery } from './delivery.ts';
import { type MessageHeaders, toNatsHeaders } from './headers.ts';
import { type Listener, listen } from './listening.ts';
import { createObjectStore, type ObjectStore } from './object-store.ts';
import { Publisher } from './publisher.ts';
import { createStoredMessages, type StoredMessages } from './stored-messages.ts';
import { type ConsumerSpec, ensureStream, type StreamSpec } from './stream.ts';

export interface PublishOptions {
  readonly headers?: MessageHeaders;
  /** Idempotency key: within the stream's duplicate window a repeat is acknowledged and not stored again. */
  readonly msgId?: string;
  /** Carried as traceparent and tracestate. */
  readonly trace?: TraceContext;
  /** Whose deadline and cancellation bound the wait. */
  readonly call?: Call;
}

/** What the server answered to a publish. */
export interface Stored {
  readonly stream: string;
  readonly sequence: number;
  /** The message id was known: this is the place of the first one. */
  readonly duplicate: boolean;
}

/** NATS JetStream. Every method fails NATS_UNAVAILABLE, saying what to do, while there is no connection. */
export interface Bus {
  state(): BusState;
  /** Called now if connected, and each time the connection is made (again), until the returned function is called. */
  onConnected(listener: () => void): () => void;
  /** Resolves when connected; rejects with the call's error if that comes first. */
  connected(call: Call): Promise<void>;
  /**
   * Publishes to JetStream. Resolves when the server has acknowledged it (which is not an fsync); costs one round trip, about
   * 30 us of CPU. After NATS_UNAVAILABLE or a deadline it may or may not be stored: repeat it with the same msgId. QUEUE_FULL
   * when a limit of the stream, or of what one process keeps in flight, is reached.
   */
  publish(subject: string, payload: Uint8Array, options?: PublishOptions): Promise<Stored>;
  /** As publish, to a subject that has no message yet: undefined where it has one, and then nothing is stored. */
  publishFirst(subject: string, payload: Uint8Array, options?: PublishOptions): Promise<Stored | undefined>;
  /** Publishes without an acknowledgement: it may be lost. Returns when it is in the connection's buffer. */
  publishCore(
    subject: string,
    payload: Uint8Array,
    options?: Pick<PublishOptions, 'headers' | 'trace'>,
  ): void;
  /** Messages that streams keep. */
  readonly stored: StoredMessages;
  /** Objects that a bucket keeps; `ensureStream` of `objectStoreStream` sets it up. */
  objects(bucket: string): ObjectStore;
  /** The largest message that the server takes, with its headers. */
  maxPayloadBytes(): number;
  /** Listens on a subject of core NATS until the returned function is called; also without a connection, as soon as there is one. */
  listen(subject: string, listener: Listener): () => void;
  /** Creates or changes a stream to the spec and reads it back; idempotent. */
  ensureStream(spec: StreamSpec): Promise<void>;
  /**
   * Starts to handle the messages of a consumer, which is created or changed to the spec now and after each reconnection. While
   * a handler runs its message's ack wait is extended; one that throws or settles nothing has it delivered again later. Messages of
   * a work queue that the server will not deliver any more, as after a crash of it, are looked for and handled too.
   */
  consume(
    spec: ConsumerSpec,
    handler: (delivery: Delivery) => Promise<void>,
    options: ConsumeOptions,
  ): Consumption;
}

/**
 * A bus that connects in the background, for ever: it resolves at once, connected or not. Fails CONFIG_INVALID if a file that
 * the config names can't be read. Closing stops every consumption, sends what is buffered and takes a bounded time.
 */
export async function createBus(
  config: BusConfig,
  deps: { readonly log: Log; readonly metrics?: Metrics },
  closers: Closers,
): Promise<Bus> {
  const connection = new Connection(await connectionOptions(config), config, deps.log);
  const consumptions = new Set<Consumption>();
  const counters = createCounters(deps.metrics, connection);
  closers.add('bus', async () => {
    await Promise.all([...consumptions].map((consumption) => consumption.stop()));
    publisher.close();
    await connection.close();
  });
  void connection.run();

  const publisher = new Publisher(connection);
  let inFlight = 0;
  const send = async (
    subject: string,
    payload: Uint8Array,
    options: PublishOptions,
    isFirst: boolean,
  ): Promise<Stored | undefined> => {
    const doing = `publishing to ${subject}`;
    const { call, msgId } = options;
    if (call !== undefined) throwIfUnwanted(call, doing);
    if (inFlight >= busDefaults.maxInFlight)
      throw new MeshError(
        'QUEUE_FULL',
        `${doing}: ${inFlight} messages wait for NATS already; try again later`,
        {
          retryAfterMs: 100,
        },
      );
    const leftMs = call === undefined ? Number.POSITIVE_INFINITY : remainingMs(call);
    const timeoutMs = Math.max(1, Math.ceil(Math.min(busDefaults.publishTimeoutMs, leftMs)));
    inFlight += 1;
    try {
      const headers = toNatsHeaders(options.headers ?? {}, options.trace);
      if (msgId !== undefined) headers.set('Nats-Msg-Id', msgId);
      if (isFirst) headers.set('Nats-Expected-Last-Subject-Sequence', '0');
      const ack = await publisher.publish(subject, payload, headers, { timeoutMs, call });
      counters.published('OK').add();
      return { stream: ack.stream, sequence: ack.seq, duplicate: ack.duplicate ?? false };
    } catch (error) {
      if (isFirst && jetStreamCodeOf(error) === jetStreamCode.wrongLastSequence) {
        counters.published('THERE_ALREADY').add();
        return undefined;
      }
      const failure =
        call !== undefined && remainingMs(call) <= 0
          ? new MeshError(
              'DEADLINE_PASSED_WAITING',
              `the deadline passed while ${doing}; give the call more time`,
            )
          : toBusError(error, doing);
      counters.published(failure.reason).add();
      throw failure;
    } finally {
      inFlight -= 1;
    }
  };

  const bus: Bus = {
    state: () => connection.state,
    connected: (call) => whenConnected(connection, call),
    onConnected: (listener) => connection.onUp(() => listener()),
    publish: async (subject, payload, options = {}) => {
      const stored = await send(subject, payload, options, false);
      if (stored === undefined) throw new Error('only a first message can be there already');
      return stored;
    },
    publishFirst: (subject, payload, options = {}) => send(subject, payload, options, true),
    publishCore: (subject, payload, options = {}) => {
      const nats = connection.nats();
      const headers = toNatsHeaders(options.headers ?? {}, options.trace);
      connection.outbox.add(() => nats.publish(subject, payload, { headers }));
    },
    stored: createStoredMessages(connection),
    objects: (bucket) => createObjectStore(bucket, bus),
    maxPayloadBytes: () => connection.nats().info?.max_payload ?? busDefaults.maxPayloadBytes,
    listen: (subject, listener) => listen(connection, deps.log, subject, listener),
    ensureStream: async (spec) => {
      const { changed, kept } = await ensureStream(connection.nats(), spec);
      // Processes of different settings change it in turn.
      if (changed.length > 0)
        deps.log.warn('a stream was changed to the settings', { stream: spec.name, changed });
      if (kept.length > 0)
        deps.log.warn(
          'a stream keeps a higher bound than the settings say; it gets theirs over a later connection',
          {
            stream: spec.name,
            kept,
          },
        );
    },
    consume: (spec, handler, options) => {
      const counted = options.metricName ?? spec.name;
      const consumption = new PullConsumption(connection, spec, handler, options, {
        log: deps.log,
        counters: {
          handled: counters.delivered(counted, 'handled'),
          failed: counters.delivered(counted, 'failed'),
          leftBehind: counters.leftBehind(counted),
        },
      });
      consumptions.add(consumption);
      const ended = (end: Promise<void>): Promise<void> =>
        end.finally(() => consumptions.delete(consumption));
      return { stop: () => ended(consumption.stop()), finish: () => ended(consumption.finish()) };
    },
  };
  return bus;
}

function whenConnected(connection: Connection, call: Call): Promise<void> {
  // Only a connection that is being made is worth waiting for.
  if (connection.state !== 'connecting') return Promise.resolve().then(() => void connection.nats());
  return new Promise((resolve, reject) => {
    const ends: (() => void)[] = [];
    const settle = (then: () => void): void => {
      for (const end of ends) end();
      then();
    };
    const late = (): MeshError =>
      new MeshError(
        'DEADLINE_PASSED_WAITING',
        'the deadline passed while waiting for NATS; is nats-server running?',
      );
    const timer = setTimeout(() => settle(() => reject(late())), Math.max(0, remainingMs(call)));
    ends.push(() => clearTimeout(timer));
    ends.push(call.cancellation.onCancel((error) => settle(() => reject(error))));
    ends.push(connection.onUp(() => queueMicrotask(() => settle(resolve))));
  });
}

interface Counters {
  published(outcome: string): Counter;
  delivered(consumer: string, outcome: string): Counter;
  leftBehind(consumer: string): Counter;
}

function createCounters(metrics: Metrics | undefined, connection: Connection): Counters {
  const none = { add: () => {} };
  if (metrics === undefined) return { published: () => none, delivered: () => none, leftBehind: () => none };
  metrics.gauge(
    'scoremesh_nats_connected',
    'Whether this process is connected to NATS (1) or not (0).',
    [],
    () => [{ labels: [], value: connection.state === 'connected' ? 1 : 0 }],
  );
  const published = metrics.counter(
    'scoremesh_nats_published_total',
    'Messages published to JetStream, by outcome: OK once acknowledged, THERE_ALREADY, else the reason.',
    ['outcome'],
  );
  const delivered = metrics.counter(
    'scoremesh_nats_delivered_total',
    'Messages that a consumer of this process handled, by outcome.',
    ['consumer', 'outcome'],
  );
  const leftBehind = metrics.counter(
    'scoremesh_nats_left_behind_total',
    'Messages that a consumer of this process handled although NATS would not have delivered them, as after a crash of its server.',
    ['consumer'],
  );
  return {
    published: (outcome) => published.labels(outcome),
    delivered: (consumer, outcome) => delivered.labels(consumer, outcome),
    leftBehind: (consumer) => leftBehind.labels(consumer),
  };
}
