import type { FeatureContract } from '../../contracts.ts';
import type { Event__Output } from '../../gen/scoremesh/feature/v1/Event.ts';
import type { IngestResponse__Output } from '../../gen/scoremesh/feature/v1/IngestResponse.ts';
import type { Call } from '../../kit/contract/call.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import type { Closers } from '../../kit/lifecycle/closers.ts';
import type { Log } from '../../kit/log/log.ts';
import type { Metrics } from '../../kit/telemetry/metrics.ts';
import { defaultMaxQuarantined, defaultMaxQueuedBytes } from '../config.ts';
import type { StreamPlan } from '../events/stream-plan.ts';
import type { FeatureStore, NewEvent, NewQuarantined } from '../store/feature-store.ts';
import { checkedBatch, type Door } from './batch.ts';
import { createIngestMetrics, type IngestOutcome } from './ingest-metrics.ts';
import { IngestQueue } from './ingest-queue.ts';
import { ingestResponse } from './ingest-response.ts';
import { ingestStream } from './ingest-stream.ts';
import { listQuarantine } from './quarantine-list.ts';
import { createQuarantineReplay } from './quarantine-replay.ts';
import { QuarantineRoom } from './quarantine-room.ts';

export interface IngestDeps {
  readonly store: FeatureStore;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Unix ms. */
  readonly now: () => number;
  /** Called at once when a commit is durable, before its requests are answered, with what it stored. Must not throw. */
  onCommitted(stored: readonly NewEvent[], ingestTimeMs: number): void;
}

export interface IngestLimits {
  /** What may wait for a commit. */
  readonly maxQueuedBytes?: number | undefined;
  /** Entries of the quarantine for one stream. */
  readonly maxQuarantined?: number | undefined;
}

export interface Ingest {
  readonly handlers: Pick<
    Handlers<FeatureContract>,
    'Ingest' | 'IngestStream' | 'ListQuarantine' | 'ReplayQuarantine'
  >;
  /** What is stored goes through it; see its `pause`. */
  readonly queue: IngestQueue;
  /** The streams in force. */
  readonly plans: ReadonlyMap<string, StreamPlan>;
  /** Takes these streams in force; only inside `queue.pause`. What waits is checked again under them. */
  use(plans: ReadonlyMap<string, StreamPlan>): Promise<void>;
  /** As the Ingest RPC; a patient caller is held back instead of refused while too much waits. */
  store(
    events: readonly Event__Output[],
    call: Call,
    options?: { patient?: boolean },
  ): Promise<IngestResponse__Output>;
  /** Resolves when the entry is durable in the quarantine. Fails as `store` does. */
  quarantine(entry: NewQuarantined, call: Call): Promise<void>;
}

/**
 * Everything that brings events into the store. Resolves when it knows how full the quarantine is; closing answers everything that was
 * taken.
 */
export async function createIngest(
  plans: ReadonlyMap<string, StreamPlan>,
  limits: IngestLimits,
  { store, log, metrics, now, onCommitted }: IngestDeps,
  closers: Closers,
): Promise<Ingest> {
  let inForce = plans;
  const isDeclared = (stream: string): boolean => inForce.has(stream);
  const room = new QuarantineRoom(limits.maxQuarantined ?? defaultMaxQuarantined, isDeclared);
  await room.load(store, inForce.keys());
  const queue = new IngestQueue({
    store,
    room,
    maxBytes: limits.maxQueuedBytes ?? defaultMaxQueuedBytes,
    onCommitted,
  });
  closers.add('feature ingest', () => queue.close());
  const counts = createIngestMetrics(metrics, queue, room);
  const door = (): Door => ({
    plans: inForce,
    nowMs: now(),
    expiredBefore: (stream) => store.expiredBefore(stream),
  });

  const lost = (events: readonly Event__Output[], outcome: IngestOutcome): void => {
    for (const { stream } of events) counts.events(isDeclared(stream) ? stream : '', outcome, 1);
  };

  const storeEvents: Ingest['store'] = async (events, call, options) => {
    let outcome: IngestOutcome = 'refused';
    const check = () => {
      outcome = 'refused';
      const batch = checkedBatch(events, door());
      outcome = 'failed';
      return batch;
    };
    try {
      const stored = await queue.add(check, call, options);
      counts.stored(stored, isDeclared);
      return ingestResponse(stored);
    } catch (error) {
      lost(events, outcome);
      throw error;
    }
  };

  return {
    handlers: {
      Ingest: ({ events }, call) => storeEvents(events, call),
      IngestStream: (requests, call) => ingestStream(requests, call, storeEvents, log),
      ListQuarantine: (request) => listQuarantine(request, store, inForce),
      ReplayQuarantine: createQuarantineReplay({ store, queue, door, counts, isDeclared }),
    },
    queue,
    get plans() {
      return inForce;
    },
    use: async (next) => {
      inForce = next;
      await room.load(store, next.keys());
    },
    store: storeEvents,
    quarantine: async (entry, call) => {
      const batch = { events: [], quarantined: [entry], released: [] };
      counts.stored(await queue.add(() => batch, call, { patient: true }), isDeclared);
    },
  };
}
