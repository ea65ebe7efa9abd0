import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamManager,
  type NatsConnection,
  nanos,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from 'nats';
import { MeshError } from '../errors/mesh-error.ts';
import { jetStreamCode, jetStreamCodeOf, toBusError } from './bus-error.ts';

/** A stream as this project needs it; what is left out has the server's default. */
export interface StreamSpec {
  readonly name: string;
  readonly subjects: readonly string[];
  /** limits: kept until a limit; work: each message until one consumer has acknowledged it. */
  readonly retention: 'limits' | 'work';
  readonly storage: 'file' | 'memory';
  readonly replicas?: number;
  readonly maxAgeMs?: number;
  readonly maxBytes?: number;
  readonly maxMessages?: number;
  readonly maxMessagesPerSubject?: number;
  readonly maxMessageBytes?: number;
  /** A full stream refuses new messages instead of dropping old ones; `perSubject` applies that to its limit per subject too. */
  readonly whenFull?: 'refuse' | 'dropOldest';
  readonly refusePerSubject?: boolean;
  /** How long a message id is remembered. */
  readonly duplicateWindowMs?: number;
  /** Messages may be read by $JS.API.DIRECT.GET.<stream>.<subject>: permissions can then tell subjects apart. */
  readonly allowDirect?: boolean;
  /** A message with Nats-Rollup takes the place of those before it; buckets of objects need that. */
  readonly allowRollup?: boolean;
}

/** A durable pull consumer with explicit acknowledgement. */
export interface ConsumerSpec {
  readonly stream: string;
  readonly name: string;
  /** Only messages of this subject. */
  readonly filterSubject?: string;
  /** An unacknowledged message is delivered again after this long; running work extends it. */
  readonly ackWaitMs: number;
  /** Deliveries of one message by the server, at most. It then stays in the stream, and in a work queue is found as left behind. */
  readonly maxDeliver: number;
  /** Messages delivered and not acknowledged, over all processes, at most. */
  readonly maxAckPending: number;
  /** The server forgets a consumer that nobody asked for messages for so long; what it had not acknowledged stays in a work queue. */
  readonly inactiveMs?: number;
}

// A stream that has no leader at the moment does not answer, and is asked again; a leader is chosen within seconds.
const answerTimeoutMs = 2500;

/**
 * Creates the stream or changes it to the spec, and reads it back. Resolves when the server has exactly what the spec says, but for a lower
 * bound of what waits, which is not set while that much waits: it would remove what was accepted. Both, and what a stream that was there had
 * otherwise, are told. Doing it twice changes
 * nothing. Fails CONFIG_INVALID if the server is too old for a field (it drops those silently) or forbids the change.
 */
export async function ensureStream(
  nats: NatsConnection,
  spec: StreamSpec,
): Promise<{ kept: string[]; changed: string[] }> {
  const doing = `setting up stream ${spec.name}`;
  const kept: string[] = [];
  try {
    const { streams } = await managerOf(nats);
    const want = streamConfig(spec);
    const have = await streams.info(spec.name).catch(absent(jetStreamCode.streamNotFound));
    if (have !== undefined && spec.retention === 'work') {
      const bound = have.config.max_msgs_per_subject;
      const wanted = want.max_msgs_per_subject;
      // More may come before the new bound holds.
      if (wanted !== undefined && (bound < 0 || bound > wanted) && have.state.messages * 2 > wanted) {
        want.max_msgs_per_subject = bound;
        kept.push(`max_msgs_per_subject ${bound}, because ${have.state.messages} messages wait`);
      }
    }
    const changed = have === undefined ? [] : differences(want, have.config);
    if (have === undefined) await streams.add(want);
    else if (changed.length > 0) await streams.update(spec.name, want);
    else return { kept, changed };
    const { config } = await streams.info(spec.name);
    requireSame(doing, differences(want, config), nats);
    return { kept, changed };
  } catch (error) {
    throw refusedConfig(error, doing) ?? toBusError(error, doing);
  }
}

/** Creates the consumer, with the description, or changes it to the spec, and reads it back, as `ensureStream` does. The stream must exist. */
export async function ensureConsumer(
  nats: NatsConnection,
  spec: ConsumerSpec,
  description?: string,
): Promise<void> {
  const doing = `setting up consumer ${spec.name} of stream ${spec.stream}`;
  try {
    const { consumers } = await managerOf(nats);
    const want = consumerConfig(spec);
    const have = await consumers.info(spec.stream, spec.name).catch(absent(jetStreamCode.consumerNotFound));
    if (have === undefined) await consumers.add(spec.stream, { ...want, ...defined({ description }) });
    else if (differences(want, have.config).length > 0) await consumers.update(spec.stream, spec.name, want);
    else return;
    const { config } = await consumers.info(spec.stream, spec.name);
    requireSame(doing, differences(want, config), nats);
  } catch (error) {
    throw refusedConfig(error, doing) ?? toBusError(error, doing);
  }
}

export function managerOf(nats: NatsConnection): Promise<JetStreamManager> {
  return nats.jetstreamManager({ checkAPI: false, timeout: answerTimeoutMs });
}

/** Turns the "not found" of a request into undefined. */
export function absent(code: number): (error: unknown) => undefined {
  return (error) => {
    if (jetStreamCodeOf(error) === code) return undefined;
    throw error;
  };
}

function streamConfig(spec: StreamSpec): Partial<StreamConfig> & { name: string } {
  return defined({
    name: spec.name,
    subjects: [...spec.subjects],
    retention: spec.retention === 'work' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    storage: spec.storage === 'file' ? StorageType.File : StorageType.Memory,
    num_replicas: spec.replicas,
    max_age: inNanos(spec.maxAgeMs),
    max_bytes: spec.maxBytes,
    max_msgs: spec.maxMessages,
    max_msgs_per_subject: spec.maxMessagesPerSubject,
    max_msg_size: spec.maxMessageBytes,
    discard: spec.whenFull === 'refuse' ? DiscardPolicy.New : DiscardPolicy.Old,
    discard_new_per_subject: spec.refusePerSubject,
    duplicate_window: inNanos(spec.duplicateWindowMs),
    allow_direct: spec.allowDirect,
    allow_rollup_hdrs: spec.allowRollup,
  });
}

function consumerConfig(spec: ConsumerSpec): Partial<ConsumerConfig> {
  return defined({
    durable_name: spec.name,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    filter_subject: spec.filterSubject,
    ack_wait: nanos(spec.ackWaitMs),
    max_deliver: spec.maxDeliver,
    max_ack_pending: spec.maxAckPending,
    inactive_threshold: inNanos(spec.inactiveMs),
  });
}

function inNanos(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : nanos(ms);
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** Fields that the server has otherwise, as "name: wanted, but has". */
export function differences(want: object, have: object): string[] {
  const has: Readonly<Record<string, unknown>> = { ...have };
  return Object.entries(want)
    .filter(
      ([name, value]) =>
        JSON.stringify(value) !== JSON.stringify(has[name] ?? (value === false ? false : undefined)),
    )
    .map(
      ([name, value]) => `${name}: ${JSON.stringify(value)} wanted, but it has ${JSON.stringify(has[name])}`,
    );
}

function requireSame(doing: string, differing: readonly string[], nats: NatsConnection): void {
  if (differing.length === 0) return;
  throw new MeshError(
    'CONFIG_INVALID',
    `${doing}: nats-server ${nats.info?.version ?? ''} did not take ${differing.join(', ')}; use a newer nats-server`,
  );
}

/** JetStream's status for a configuration that it does not take. */
function refusedConfig(error: unknown, doing: string): MeshError | undefined {
  const code = jetStreamCodeOf(error);
  const status = (error as { api_error?: { code?: number } }).api_error?.code;
  if (code === undefined || (status !== 400 && status !== 500)) return undefined;
  const known: readonly number[] = Object.values(jetStreamCode);
  if (known.includes(code) && code !== jetStreamCode.streamNameInUse) return undefined;
  const said = (error as Error).message;
  return new MeshError(
    'CONFIG_INVALID',
    `${doing}: ${said}; change it by hand with the nats tool, or delete it if nothing in it is needed`,
    { metadata: { nats_code: String(code) } },
    error,
  );
}
