import type { Closers } from '../../kit/lifecycle/closers.ts';
import type { Log } from '../../kit/log/log.ts';
import type { Disk } from '../disk.ts';
import type { DiskGuard } from '../guarded-lock.ts';
import { closeLogWith, openGuardedIndex, openTreeOver } from '../guarded-opening.ts';
import { Indexer } from '../index/indexer.ts';
import type { FolderLock } from '../lock.ts';
import { EntryPlaces } from '../log/entry-places.ts';
import { LogReader } from '../log/reader.ts';
import { LogWriter } from '../log/writer.ts';
import type { AuditMetrics } from '../metrics.ts';
import { auditFolders, openLog } from '../opening.ts';
import { type PrunedSegmentsDeps, removePrunedSegments } from '../operation/pruned-segments.ts';
import { type Pruned, Pruner } from '../operation/pruner.ts';
import { startRetention } from '../operation/start-retention.ts';
import { finishesWithin } from '../time-limit.ts';
import { readStoredHead } from '../tree/stored-head.ts';
import type { TreeDisk } from '../tree/tree-disk.ts';
import { CheckpointFile } from './checkpoint-file.ts';
import type { FollowConfig } from './config.ts';
import { Replica } from './replica.ts';

export interface ReplicaDeps {
  readonly config: FollowConfig;
  readonly disk: Disk;
  readonly treeDisk: TreeDisk;
  readonly lock: FolderLock;
  readonly guard: DiskGuard;
  readonly log: Log;
  readonly metrics: AuditMetrics;
}

/** Keys and contents of a replica. */
const noContent = {
  keys: { stateOf: () => 'unknown', destroy: async () => {} },
  payloads: { remove: async () => {} },
  subjectOf: async () => undefined,
} satisfies Pick<PrunedSegmentsDeps, 'keys' | 'payloads' | 'subjectOf'>;

/**
 * Opens a replica whose first entry is `firstIndex`; entries are there that were durable, the torn tail of the last batch is cut.
 * STATE_CORRUPT if anything else is damaged, or if the checkpoint does not fit.
 */
export async function openReplica(
  { config, disk, guard, lock, log, metrics, treeDisk }: ReplicaDeps,
  { firstIndex, vkey }: { readonly firstIndex: number; readonly vkey: string },
  closers: Closers,
): Promise<Replica> {
  const folders = auditFolders(config.folder);
  await disk.makeFolder(folders.log);
  const store = await openGuardedIndex({ config, folders, log }, guard, closers);
  const pruned = { ...noContent, disk, folder: folders.log, store, log };
  const recovered = await openLog({
    ...pruned,
    lock,
    firstIndex,
    signedEntries: (await readStoredHead(treeDisk, folders.tree))?.size ?? 0,
    isLive: () => false,
    removePruned: async (segments) => await removePrunedSegments(pruned, segments),
  });
  closers.add('audit log file', async () => {
    // Closed by the writer, unless the start fails before there is one.
    await recovered.file.close().catch(() => {});
  });
  await lock.settle();
  guard.isSettled = true;
  metrics.torn(recovered.tornBytes);
  const tree = await openTreeOver(recovered, { config, disk, folders, log, treeDisk }, closers);
  const files = {
    checkpoint: new CheckpointFile(treeDisk, config.folder, 'checkpoint'),
    cosigned: new CheckpointFile(treeDisk, config.folder, 'cosigned'),
  };
  const kept = {
    head: await files.checkpoint.read(vkey, tree),
    cosigned: await files.cosigned.read(vkey, tree),
  };
  const reader = new LogReader(disk, folders.log, recovered.salt);
  closers.add('audit log reader', () => reader.close());
  const indexer = new Indexer({ config, store, salt: recovered.salt, log, indexed: () => {} });
  closers.add('audit indexer', async () => {
    guard.isIndexQuiet = await finishesWithin(indexer.close(), config.closeTimeoutMs);
  });
  const writer = new LogWriter(
    {
      config,
      disk,
      folder: folders.log,
      log,
      observer: {
        durable: (commit, seconds) => {
          for (const { leafHash } of commit.entries) tree.append(leafHash);
          metrics.commit(commit.entries.length, seconds);
          indexer.add(commit);
        },
        failed: () => {},
      },
    },
    recovered,
  );
  closeLogWith(writer, { config, log }, guard, closers);
  const places = new EntryPlaces(disk, folders.log, recovered.salt, () => writer.segments);
  const pruner = new Pruner({
    ...pruned,
    stateDisk: treeDisk,
    writer,
    reader,
    recent: undefined,
    indexer,
    tree,
  });
  const prune = async (beforeMs: number): Promise<Pruned> => await pruner.prune(beforeMs, 'retention');
  const replica = new Replica({ vkey, store, tree, writer, indexer, reader, places, prune }, files, kept);
  startRetention(config, prune, log, closers);
  metrics.watch({
    pendingRecords: () => writer.pendingRecords,
    unindexedRecords: () => writer.records - store.end(),
    records: () => writer.records,
    bytes: () => writer.bytes,
    state: () => writer.state,
    minimumIndex: () => replica.minimumIndex,
  });
  log.info('audit replica open', {
    folder: config.folder,
    records: recovered.records,
    checkpoint: kept.head?.size ?? 0,
    verifier: vkey,
  });
  return replica;
}
