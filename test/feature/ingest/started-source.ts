import { connect } from 'nats';
import { expect, onTestFinished } from 'vitest';
import {
  createEventsSource,
  type EventsSourceDeps,
  eventsStream,
} from '../../../services/feature/ingest/nats-source.ts';
import type { Bus } from '../../../services/kit/bus/bus.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { type Broker, connectBus, startBroker } from '../../kit/bus/broker.ts';
import type { MemoryStore } from '../memory-store.ts';
import { type IngestSetting, type StartedIngest, startIngest } from './started-ingest.ts';

export interface StartedSource extends StartedIngest<MemoryStore> {
  readonly bus: Bus;
  readonly broker: Broker;
  /** Resolves when the store has so many events and entries of the quarantine, and the server no message. */
  settled(events: number, quarantined?: number): Promise<void>;
}

export interface SourceSetting extends Pick<EventsSourceDeps, 'tracer' | 'retryDelay'> {
  readonly ingest?: IngestSetting<MemoryStore>;
  /** Done before the source begins. */
  before?(broker: Broker, bus: Bus): unknown;
}

export async function startSource({ ingest, before, ...deps }: SourceSetting = {}): Promise<StartedSource> {
  const broker = await startBroker();
  const bus = await connectBus(broker.url);
  await before?.(broker, bus);
  const started = await startIngest<MemoryStore>(ingest);
  const closers = createClosers(silentLog);
  onTestFinished(() => closers.close());
  const now = (): number => started.clock.now;
  const source = createEventsSource(bus, started.ingest, { log: silentLog, now, ...deps }, closers);
  await source.ready;
  const { store } = started;
  const settled = async (events: number, quarantined = 0): Promise<void> => {
    await expect
      .poll(() => [store.events.length, store.quarantined.length], { timeout: 30_000, interval: 5 })
      .toEqual([events, quarantined]);
    await expect.poll(() => waitingMessages(broker.url), { timeout: 30_000 }).toBe(0);
  };
  return { ...started, bus, broker, settled };
}

async function waitingMessages(url: string): Promise<number> {
  const observer = await connect({ servers: url });
  try {
    return (await (await observer.jetstreamManager()).streams.info(eventsStream.name)).state.messages;
  } finally {
    await observer.close();
  }
}
