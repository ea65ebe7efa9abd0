import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Closers } from '../../kit/lifecycle/closers.ts';
import { type Log, silentLog } from '../../kit/log/log.ts';
import { CommitDraft } from './commit-draft.ts';
import { Compaction } from './compaction.ts';
import { DeclarationTable } from './declaration-table.ts';
import { type Environment, openEnvironment } from './environment.ts';
import { Expiry } from './expiry.ts';
import type { FeatureStore } from './feature-store.ts';
import { fillIndex } from './index-fill.ts';
import { IndexRegistry } from './index-registry.ts';
import { nextTicks, timeOfTicks } from './ingest-clock.ts';
import { readJson, writeJson } from './json-records.ts';
import { LayoutTable } from './layout-table.ts';
import { QuarantineTable } from './quarantine-table.ts';
import { readLastTile, readSections } from './section-reads.ts';
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

/** Record of the ingest ticks of the last commit. */
export const lastTicksName = 'last-ticks';
/** Events that are looked up and grouped in one turn of the event loop. */
const sliceEvents = 500;

/**
 * Opens or makes the store in this folder. Fails with STATE_LOCKED while another process has it open, with STATE_CORRUPT if it can't be
 * read, and with FEATURE_STORE_FULL if there is no room to make it.
 */
export async function openLmdbStore(
  folder: string,
  options: LmdbStoreOptions,
  closers: Closers,
): Promise<LmdbStore> {
  const environment = await openEnvironment(folder);
  closers.add('feature store', () => environment.close());
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
  const ids = environment.table('ids');
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
  let lastTicks = readJson<number>(meta, lastTicksName)[0]?.value ?? 0;

  let ensuring: Promise<unknown> = Promise.resolve();
  const ensure = async (...[stream, keyFields, keyOf]: Parameters<FeatureStore['ensureIndex']>) => {
    const { id, record } = registry.find(stream, keyFields);
    const live = registry.liveIndex(id, stream);
    if (live !== undefined) return live;
    if (!registry.isComplete(id, lastTicks)) {
      const deps = { environment, events, index, registry };
      await fillIndex({ id, stream: streams.known(stream), record, keyOf }, lastTicks, deps);
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

    commit: async (added, quarantined, released = []) => {
      const ticks = nextTicks(now(), lastTicks);
      const draft = new CommitDraft(ticks, { ids, events, index, streams, registry });
      for (const [at, event] of added.entries()) {
        if (at % sliceEvents === 0 && at > 0) await nextTurn();
        draft.add(event);
      }
      const change = quarantine.change(ticks, quarantined, released);
      const chunks = await draft.seal((id, key, tile) => {
        if (compaction.noteChunk(id, key, tile)) upkeep.wake();
      });
      const operations =
        draft.operations +
        change.puts.length +
        change.removes.length +
        streams.unsaved +
        registry.fedWrites +
        1;
      await environment.write(operations, chunks.sizeBytes + change.sizeBytes, () => {
        chunks.put();
        quarantine.apply(change);
        streams.save();
        registry.saveFed(lastTicks);
        writeJson(meta, lastTicksName, ticks);
      });
      quarantine.applied(change);
      streams.saved();
      registry.fedSaved(lastTicks);
      lastTicks = ticks;
      return { ingestTimeMs: timeOfTicks(ticks), duplicates: draft.duplicates };
    },
    get lastIngestMs() {
      return timeOfTicks(lastTicks);
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
