import type {
  QuarantinedEvent,
  QuarantinedEvent__Output,
} from '../../../gen/scoremesh/feature/v1/QuarantinedEvent.ts';
import { messageCodec } from '../../../kit/contract/protos.ts';
import type { Closers } from '../../../kit/lifecycle/closers.ts';
import { type Log, silentLog } from '../../../kit/log/log.ts';
import { type FeatureStore, type Section, type StoredDeclaration, storeTileMs } from '../feature-store.ts';
import { ticksOf, timeOfTicks } from '../ingest-clock.ts';
import { Catalog } from './catalog.ts';
import { Committer } from './committer.ts';
import { Connection } from './connection.ts';
import { fillIndex } from './index-fill.ts';
import { IndexKeys } from './index-keys.ts';
import { defaultPrefix } from './key-space.ts';
import { bytesOf, listOf, numberOf, type Reply, textOf } from './reply.ts';
import { ServerSize } from './server-size.ts';
import { sectionOf } from './stored-event.ts';
import { Sweeping } from './sweeping.ts';

export interface RedisStoreOptions {
  /** redis://user:password@host:6379/0, or rediss:// for TLS. Credentials are never logged. */
  readonly url: string;
  /** Before all keys; keeps several meshes on one server apart. */
  readonly prefix?: string;
  /** Unix ms; the system's clock unless given. */
  readonly now?: () => number;
  readonly log?: Log;
  /** Takes a server that may lose what it acknowledged. */
  readonly allowVolatile?: boolean;
  /** How long a command may take; 5 s unless given. */
  readonly timeoutMs?: number;
}

/** A store on a Redis or Valkey server that any number of processes share. Its reads give promises. */
export type RedisStore = FeatureStore & Required<Pick<FeatureStore, 'shared'>>;

const defaultTimeoutMs = 5_000;

const codec = messageCodec<QuarantinedEvent, QuarantinedEvent__Output>(
  'scoremesh.feature.v1.QuarantinedEvent',
);

/**
 * Opens or makes the store on this server. Fails with FEATURE_STORE_UNREACHABLE if it does not answer, and with CONFIG_INVALID if it is
 * a cluster, older than 7.0, or set so that it could lose what it acknowledged.
 *
 * Every call fails with FEATURE_STORE_UNREACHABLE at once while there is no connection, or within the time-out; the connection is made
 * again for ever. A commit that fails so may be stored, whole; sent again, its events count once. STATE_CORRUPT: the server came back
 * without a commit that this process has seen.
 */
export async function openRedisStore(options: RedisStoreOptions, closers: Closers): Promise<RedisStore> {
  const { url, prefix = defaultPrefix, allowVolatile = false, timeoutMs = defaultTimeoutMs } = options;
  const { log = silentLog } = options;
  const connection = await Connection.open({ url, prefix, allowVolatile, timeoutMs, log }, closers);
  const catalog = new Catalog(connection);
  await catalog.load();
  const size = new ServerSize(connection);
  await size.refresh();
  return storeOn(connection, catalog, size, options, closers);
}

function storeOn(
  connection: Connection,
  catalog: Catalog,
  size: ServerSize,
  { now = Date.now, log = silentLog }: RedisStoreOptions,
  closers: Closers,
): RedisStore {
  const keys = new IndexKeys((id) => catalog.layout(id));
  const committer = new Committer({ connection, catalog, keys, now });
  const sweeping = new Sweeping({ connection, catalog, keys }, log);
  closers.add('upkeep of the feature store', () => sweeping.close());
  sweeping.wake();
  const layoutIds = new Map<string, number>();

  const ensureIndex = async (...[stream, keyFields, keyOf]: Parameters<FeatureStore['ensureIndex']>) => {
    const name = JSON.stringify([stream, ...keyFields]);
    for (;;) {
      const [outcome, detail] = listOf(await connection.run('index', name));
      if (textOf(outcome) === 'BUSY') {
        await committer.finish(textOf(detail));
        continue;
      }
      await catalog.load();
      const index = catalog.index(numberOf(detail));
      keys.set(index, keyOf);
      await fillIndex(connection, index, keyOf);
      await catalog.load();
      return index;
    }
  };

  /** Replies come in the order of their commands, so that a later one never knows less. */
  const ask = async (...command: Parameters<Connection['run']>): Promise<[lastTicks: number, ...Reply[]]> => {
    const knownTicks = catalog.lastTicks;
    const [head, ...rest] = listOf(await connection.run(...command));
    const { lastTicks } = await catalog.follow(head, knownTicks);
    return [lastTicks, ...rest];
  };

  return {
    layoutId: (layout) => {
      const known = layoutIds.get(layout.signature);
      if (known !== undefined) return known;
      return connection.run('layout', layout.signature).then(async (reply) => {
        const id = numberOf(reply);
        await catalog.load();
        layoutIds.set(layout.signature, id);
        return id;
      });
    },
    layout: (id) => catalog.layout(id),
    ensureIndex,

    commit: async (added, quarantined, released = []) => {
      const entries = quarantined.map((entry) => ({
        stream: entry.event?.stream ?? '',
        value: codec.encode({ ...entry, quarantineId: '' }),
      }));
      const { ticks, duplicates } = await committer.commit(added, entries, released);
      return { ingestTimeMs: timeOfTicks(ticks), duplicates };
    },
    get lastIngestMs() {
      return timeOfTicks(catalog.lastTicks);
    },

    read: async ({ id }, key, fromMs, toMs) => {
      const [lastTicks, found] = await ask('read', id, key, tileOf(fromMs), tileOf(toMs));
      return visible(found, timeOfTicks(lastTicks));
    },
    lastTile: async ({ id }, key, atMs) => {
      const [lastTicks, tile, found] = await ask('lastTile', id, key, tileOf(atMs));
      if (tile === undefined) return undefined;
      return { startMs: numberOf(tile) * storeTileMs, sections: visible(found, timeOfTicks(lastTicks)) };
    },
    shared: {
      since: async (places) => {
        const asked = places.flatMap(({ index, key, afterIngestMs }) => [
          index.id,
          key,
          ticksOf(afterIngestMs),
        ]);
        const [lastTicks, found] = await ask('since', ...asked);
        const lastIngestMs = timeOfTicks(lastTicks);
        const sections = listOf(found).map((place) => inOrder(visible(place, lastIngestMs)));
        return { lastIngestMs, sections };
      },
    },

    expiredBefore: (stream) => catalog.edgeOf(stream),
    expire: async (stream, beforeMs) => {
      await connection.run('edge', stream, beforeMs);
      await catalog.load();
      sweeping.wake();
    },

    quarantine: async (stream, after, limit) => {
      const [, total, found] = await ask('quarantine', stream, after, Math.max(0, limit));
      const list = listOf(found);
      const events: QuarantinedEvent__Output[] = [];
      for (let at = 0; at + 1 < list.length; at += 2)
        events.push({ ...codec.decode(bytesOf(list[at + 1])), quarantineId: textOf(list[at]) });
      return { events, total: numberOf(total) };
    },

    declarations: async () =>
      listOf(await connection.send('LRANGE', 'declarations', 0, -1)).map(
        (json) => JSON.parse(textOf(json)) as StoredDeclaration,
      ),
    addDeclarations: async (added) => {
      const named = added.flatMap(({ kind, name, digest, json }) => [
        `${kind}\0${name}\0${digest}`,
        JSON.stringify({ kind, name, digest, json }),
      ]);
      await connection.run('declare', ...named);
    },
    sizeBytes: () => size.bytes(),
  };
}

function tileOf(atMs: number): number {
  return Math.floor(atMs / storeTileMs);
}

/** Without sections of a commit whose parts are still being applied. */
function visible(found: Reply | undefined, lastIngestMs: number): Section[] {
  return listOf(found)
    .map((stored) => sectionOf(bytesOf(stored)))
    .filter(({ ingestTimeMs }) => ingestTimeMs <= lastIngestMs);
}

/** Sections come tile by tile, the newest first; those of one commit and tile must keep their order. */
function inOrder(sections: Section[]): Section[] {
  return sections.reverse().sort((a, b) => a.ingestTimeMs - b.ingestTimeMs);
}
