import { Catalog } from '../../../services/feature/catalog/catalog.ts';
import { viewConditions } from '../../../services/feature/catalog/view-conditions.ts';
import {
  nothingDeclared,
  parseDeclarations,
} from '../../../services/feature/declarations/declaration-text.ts';
import { createViewProgram } from '../../../services/feature/engine/create-view-program.ts';
import type { FeatureStore, NewEvent } from '../../../services/feature/store/feature-store.ts';
import { type LmdbStore, openLmdbStore } from '../../../services/feature/store/lmdb-store.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { afterTest, requestOf, tempFolder } from '../fixture.ts';
import { baseMs, eventOf, type Sending, type Sent, samples } from './sample-service.ts';

/** A store with the sample stream, without a service around it. */
export interface SampleStore {
  readonly store: LmdbStore;
  readonly catalog: Catalog;
  readonly clock: { now: number };
  /** Everything that was committed. */
  readonly sent: Sent[];
  /** Commits events that were not committed before; gives them as they are stored. */
  commit(
    sendings: readonly Sending[],
  ): Promise<{ readonly events: readonly NewEvent[]; readonly ingestTimeMs: number }>;
  close(): Promise<void>;
  /** A plan of these features. */
  plan(columns: readonly string[]): ReturnType<Catalog['plan']>;
}

export async function openSamples(yaml = samples()): Promise<SampleStore> {
  const closers = createClosers(silentLog);
  const clock = { now: baseMs };
  const folder = await tempFolder();
  afterTest(closers.close);
  const store = await openLmdbStore(folder, { now: () => clock.now }, closers);
  const catalog = new Catalog(store, (view) => createViewProgram(view, viewConditions(view)));
  const { byStream } = await catalog.use(parseDeclarations(yaml, nothingDeclared));
  const plan = byStream.get('samples')!;
  const sent: Sent[] = [];
  return {
    store,
    catalog,
    clock,
    sent,
    commit: async (sendings) => {
      const arrival = {
        index: 0,
        nowMs: Number.POSITIVE_INFINITY,
        absentTimeMs: clock.now,
        expiredBeforeMs: -Infinity,
      };
      const events = sendings.map((sending) => plan.encode(eventOf(sending), arrival, [])!);
      const { ingestTimeMs, duplicates } = await store.commit(events, []);
      const isNew = (_: unknown, at: number) => duplicates[at] === false;
      for (const { who, spot, event } of sendings.filter(isNew))
        sent.push({ who, spot, event: { ...event, ingestMs: ingestTimeMs } });
      return { events: events.filter(isNew), ingestTimeMs };
    },
    close: closers.close,
    plan: (columns) => catalog.plan(requestOf(columns, [])),
  };
}

/** The same store as another process sees it that shares it: every read takes turns of the event loop. */
export function elsewhere(store: FeatureStore, turns: () => number): FeatureStore {
  const later = async <T>(read: () => T): Promise<Awaited<T>> => {
    for (let left = turns(); left > 0; left--) await new Promise(setImmediate);
    return await read();
  };
  return {
    ...store,
    get lastIngestMs() {
      return store.lastIngestMs;
    },
    read: (...args) =>
      later(() => store.read(...args) as ReturnType<LmdbStore['read']>) as ReturnType<FeatureStore['read']>,
    lastTile: (...args) => later(() => store.lastTile(...args)) as ReturnType<FeatureStore['lastTile']>,
    shared: {
      since: (places) =>
        later(async () => ({
          lastIngestMs: store.lastIngestMs,
          sections: await Promise.all(
            places.map(async ({ index, key, afterIngestMs }) =>
              (await store.read(index, key, -1e15, 1e15)).filter(
                ({ ingestTimeMs }) => ingestTimeMs > afterIngestMs,
              ),
            ),
          ),
        })),
    },
  };
}
