import type { Closers } from '../../kit/lifecycle/closers.ts';
import { type Log, silentLog } from '../../kit/log/log.ts';
import { Commits } from './commits.ts';
import { Compaction } from './compaction.ts';
import { DeclarationTable } from './declaration-table.ts';
import { type Environment, openEnvironment } from './environment.ts';
import { Expiry } from './expiry.ts';
import type { FeatureStore } from './feature-store.ts';
import { IdTable } from './id-table.ts';
import { fillIndex } from './index-fill.ts';
import { IndexRegistry } from './index-registry.ts';
import { timeOfTicks } from './ingest-clock.ts';
import { LayoutTable } from './layout-table.ts';
import { QuarantineTable } from './quarantine-table.ts';
import { readLastTile, readSections } from './section-reads.ts';
import { ensureFormat } from './store-format.ts';
import { StreamNumbers } from './stream-numbers.ts';
import { Upkeep } from './upkeep.ts';

export interface LmdbStoreOptions {
  /** Unix ms; the system's clock unless given. */
  readonly now?: () => number;
  readonly log?: Log;
}

/** A store in the process's own folder. Its reads give values at once. */
export interface LmdbStore extends FeatureStore {
  /** Merges all chunks that can be merged and lets everything go that has expired; both happen by themselves, later. */
  compact(): Promise<void>;
}

/**
 * Opens or makes the store in this folder. Fails with STATE_LOCKED while another process has it open, with STATE_CORRUPT if it can't be
 * read or has another format, and with FEATURE_STORE_FULL if there is no room to make it.
 */
export async function openLmdbStore(
  folder: string,
  options: LmdbStoreOptions,
  closers: Closers,
): Promise<LmdbStore> {
  const environment = await openEnvironment(folder);
  closers.add('feature store', () => environment.close());
  await ensureFormat(environment, folder);
  return storeIn(folder, environment, options, closers);
}

function storeIn(
  folder: string,
  environment: Environment,
  { now = Date.now, log = silentLog }: LmdbStoreOptions,
  closers: Closers,
): LmdbStore {
  const meta = environment.table('meta');
  const events = environment.table('events');
  const ids = new IdTable(environment.table('ids'));
  const index = environment.table('index');
  const streams = new StreamNumbers(meta);
  const registry = new IndexRegistry(meta);
  const layouts = new LayoutTable(environment, folder);
  const quarantine = new QuarantineTable(environment.table('quarantine'), streams);
  const declarations = new DeclarationTable(environment);
  const compaction = new Compaction(environment, index);
  const expiry = new Expiry({ environment, meta, events, ids, index, streams, registry });
  const upkeep = new Upkeep(async () => (await expiry.step()) || (await compaction.step()), log);
  closers.add('upkeep of the feature store', () => upkeep.close());
  if (expiry.isDue) upkeep.wake();
  const commits = new Commits({
    environment,
    meta,
    events,
    ids,
    index,
    streams,
    registry,
    quarantine,
    now,
    noteChunk: (id, key, tile) => {
      if (compaction.noteChunk(id, key, tile)) upkeep.wake();
    },
  });

  let ensuring: Promise<unknown> = Promise.resolve();
  const ensure = async (...[stream, keyFields, keyOf]: Parameters<FeatureStore['ensureIndex']>) => {
    const { id, record } = registry.find(stream, keyFields);
    const live = registry.liveIndex(id, stream);
    if (live !== undefined) return live;
    if (!registry.isComplete(id, commits.lastTicks)) {
      const deps = { environment, events, index, registry };
      await fillIndex({ id, stream: streams.known(stream), record, keyOf }, commits.lastTicks, deps);
    }
    const made = { id, stream, keyFields: record.keyFields };
    registry.enliven({ index: made, keyOf });
    return made;
  };

  return {
    layoutId: (layout) => layouts.idOf(layout),
    layout: (id) => layouts.layout(id),

    ensureIndex: (stream, keyFields, keyOf) => {
      const ensured = ensuring.then(() => ensure(stream, keyFields, keyOf));
      ensuring = ensured.catch(() => {});
      return ensured;
    },

    overlapsCommits: true,
    commit: (...parts) => commits.commit(...parts),
    get lastIngestMs() {
      return timeOfTicks(commits.lastTicks);
    },

    read: ({ id }, key, fromMs, toMs) =>
      readSections(index, id, key, fromMs, toMs, (first, last, chunks) => {
        if (compaction.noteRead(id, key, first, last, chunks)) upkeep.wake();
      }),
    lastTile: ({ id }, key, atMs) => readLastTile(index, id, key, atMs),

    expiredBefore: (stream) => expiry.edgeOf(stream),
    expire: async (stream, beforeMs) => {
      if (await expiry.raise(stream, beforeMs)) upkeep.wake();
    },

    quarantine: async (stream, after, limit) => quarantine.list(stream, after, limit),
    declarations: async () => declarations.all(),
    addDeclarations: (added) => declarations.add(added),
    sizeBytes: () => environment.sizeBytes(),
    compact: () => {
      compaction.noteAll();
      return upkeep.finish();
    },
  };
}
