import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from '../../kit/bus/bus.ts';
import type { Consumption } from '../../kit/bus/consumption.ts';
import type { Delivery } from '../../kit/bus/delivery.ts';
import type { ConsumerSpec, StreamSpec } from '../../kit/bus/stream.ts';
import { startCall } from '../../kit/contract/call.ts';
import { isMeshError, type MeshError, toMeshError } from '../../kit/errors/mesh-error.ts';
import type { Closers } from '../../kit/lifecycle/closers.ts';
import type { Log } from '../../kit/log/log.ts';
import type { Tracer } from '../../kit/telemetry/span.ts';
import type { Ingest } from './ingest.ts';
import { eventSubjectPrefix, takeMessage } from './message-intake.ts';
import { inSpan } from './message-span.ts';
import { retryDelayMs } from './retry-delay.ts';

export interface EventsSourceDeps {
  readonly log: Log;
  /** Unix ms. */
  readonly now: () => number;
  readonly tracer?: Tracer | undefined;
  /** How long a message is handed back for; see `retryDelayMs`, which it is by default. */
  readonly retryDelay?: typeof retryDelayMs;
}

export interface EventsSource {
  /** Resolves when messages are asked for, or when it was closed before. */
  readonly ready: Promise<void>;
}

/** Messages wait here while the feature role is away; each is gone once it is stored. A full stream refuses instead of forgetting. */
export const eventsStream: StreamSpec = {
  name: 'SCOREMESH_FEATURE_EVENTS',
  subjects: [`${eventSubjectPrefix}*`],
  retention: 'work',
  storage: 'file',
  whenFull: 'refuse',
  maxMessages: 10_000_000,
  maxMessageBytes: 256 * 1024,
  duplicateWindowMs: 120_000,
};

/** An event is delivered until it is stored or in the quarantine, however often that takes. */
const unlimited = -1;

export const eventsConsumer: ConsumerSpec = {
  stream: eventsStream.name,
  name: 'feature-ingest',
  ackWaitMs: 10_000,
  maxDeliver: unlimited,
  // Messages that full quarantines hold back are not acknowledged, and other streams' come only while there are fewer than this.
  // 100,000 of them take 60 to 90 MB of nats-server 2.9, 490,000 of them 350 MB and 8 % of a core.
  maxAckPending: 500_000,
};

/** Enough that commits are shared, few enough that the largest messages fit in memory. */
const concurrency = 1024;
const stopGraceMs = 5000;
/** Of one message: commits take milliseconds, so this is a store that hangs. */
const storeTimeoutMs = 60_000;
const setUpRetryMs = 1000;
/** A store that is full fails every message. */
const tellEveryMs = 10_000;

/**
 * Stores the events of a JetStream stream, each acknowledged once it is durable: a message that comes again, from the server or its
 * producer, counts once by its event id. What can't be read as an event of a declared stream goes to the quarantine. While events can't
 * be stored messages are handed back, to come again later. Sets itself up in the background as soon as there is a connection; closing
 * stops it.
 */
export function createEventsSource(
  bus: Bus,
  ingest: Ingest,
  deps: EventsSourceDeps,
  closers: Closers,
): EventsSource {
  const { log, retryDelay = retryDelayMs } = deps;
  const stopping = new AbortController();

  let quietUntil = 0;
  const tell = (message: string, error: MeshError): void => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + tellEveryMs;
    log.warn(message, { error });
  };

  const handle = async (delivery: Delivery): Promise<void> => {
    try {
      await inSpan(delivery, deps.tracer, (trace) => {
        const call = startCall({ timeoutMs: storeTimeoutMs, principal: 'nats', trace });
        return takeMessage(delivery, ingest, call, deps.now());
      });
    } catch (error) {
      if (!isMeshError(error)) throw error;
      tell('events from NATS can not be stored; they come again later', error);
      delivery.retryAfter(retryDelay(error, delivery.attempt, deps.now()));
      return;
    }
    // Where it is lost the message comes again, and is a duplicate then.
    delivery.ackUnconfirmed();
  };

  let consumption: Consumption | undefined;
  const setUp = async (): Promise<void> => {
    while (!stopping.signal.aborted && bus.state() !== 'off' && bus.state() !== 'closed') {
      try {
        await bus.ensureStream(eventsStream);
        if (stopping.signal.aborted) return;
        consumption = bus.consume(eventsConsumer, handle, { concurrency, stopGraceMs });
        return;
      } catch (error) {
        // That there is no connection yet the bus tells itself.
        if (bus.state() === 'connected')
          tell('the stream of feature events is not ready; trying on', toMeshError(error));
      }
      await delay(setUpRetryMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const ready = setUp();
  closers.add('feature events from NATS', async () => {
    stopping.abort();
    await ready;
    await consumption?.stop();
  });
  return { ready };
}
