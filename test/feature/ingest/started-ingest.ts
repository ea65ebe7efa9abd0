import { onTestFinished } from 'vitest';
import type { Stream, View } from '../../../services/feature/declarations/declarations.ts';
import { createIngest, type Ingest, type IngestLimits } from '../../../services/feature/ingest/ingest.ts';
import { planStreams } from '../../../services/feature/ingest/stream-plans.ts';
import type { FeatureStore, NewEvent } from '../../../services/feature/store/feature-store.ts';
import { type Call, startCall } from '../../../services/kit/contract/call.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { arrivals, arrivalViews, noon } from '../arrivals.ts';
import { type CountingMetrics, countingMetrics } from '../counting-metrics.ts';
import { type MemoryStore, memoryStore } from '../memory-store.ts';

export interface StartedIngest<S extends FeatureStore> {
  readonly ingest: Ingest;
  readonly store: S;
  readonly metrics: CountingMetrics;
  /** What each commit told, in order. */
  readonly told: { readonly events: readonly NewEvent[]; readonly ingestTimeMs: number }[];
  readonly clock: { now: number };
  /** Takes other declarations in force. */
  redeclare(streams: readonly Stream[], views: readonly View[]): Promise<void>;
  close(): Promise<void>;
}

export interface IngestSetting<S extends FeatureStore> extends IngestLimits {
  readonly streams?: readonly Stream[];
  readonly views?: readonly View[];
  readonly store?: S;
}

/** Ingest into a store in memory unless there is another, at noon, closed after the test. */
export async function startIngest<S extends FeatureStore = MemoryStore>(
  setting: IngestSetting<S> = {},
): Promise<StartedIngest<S>> {
  const store = setting.store ?? (memoryStore() as FeatureStore as S);
  const { streams = [arrivals], views = arrivalViews } = setting;
  const closers = createClosers(silentLog);
  onTestFinished(() => closers.close());
  const metrics = countingMetrics();
  const told: { events: readonly NewEvent[]; ingestTimeMs: number }[] = [];
  const clock = { now: noon };
  const { byStream } = await planStreams(streams, views, store);
  const ingest = await createIngest(
    byStream,
    setting,
    {
      store,
      log: silentLog,
      metrics,
      now: () => clock.now,
      onCommitted: (events, ingestTimeMs) => void told.push({ events, ingestTimeMs }),
    },
    closers,
  );
  return {
    ingest,
    store,
    metrics,
    told,
    clock,
    redeclare: (nextStreams, nextViews) =>
      ingest.queue.pause(async () => {
        await ingest.use((await planStreams(nextStreams, nextViews, store)).byStream);
      }),
    close: closers.close,
  };
}

export function testCall(): Call {
  return startCall({ timeoutMs: 60_000, principal: 'test' });
}
