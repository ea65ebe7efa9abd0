import type { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Closers } from '../../kit/lifecycle/closers.ts';
import type { Log } from '../../kit/log/log.ts';
import type { Disk } from '../disk.ts';
import type { DiskGuard } from '../guarded-lock.ts';
import { Indexer } from '../index/indexer.ts';
import { type IndexStore, openIndexStore } from '../index/store.ts';
import type { FolderLock } from '../lock.ts';
import type { Entry, SignedHead } from '../log/commit.ts';
import { EntryPlaces } from '../log/entry-places.ts';
import { LeafHashes } from '../log/leaf-hashes.ts';
import { minimumIndexOf } from '../log/pruning-note.ts';
import { LogReader } from '../log/reader.ts';
import { LogWriter } from '../log/writer.ts';
import type { AuditMetrics } from '../metrics.ts';
import { auditFolders, openLog } from '../opening.ts';
import { finishesWithin } from '../time-limit.ts';
import type { MerkleTree } from '../tree/merkle-tree.ts';
import { openTree } from '../tree/opening.ts';
import type { TreeDisk } from '../tree/tree-disk.ts';
import { CheckpointFile } from './checkpoint-file.ts';
import type { FollowConfig } from './config.ts';
import { entryId } from './entry-id.ts';

export interface ReplicaDeps {
  readonly config: FollowConfig;
  readonly disk: Disk;
  readonly treeDisk: TreeDisk;
  readonly lock: FolderLock;
  readonly guard: DiskGuard;
  readonly log: Log;
  readonly metrics: AuditMetrics;
}

const nothing = Buffer.alloc(0);
const nobody = async (): Promise<undefined> => undefined;

/** A log of which this process keeps a copy: the entries, without what is sealed apart, their tree, and the writer's checkpoint. */
export class Replica {
  readonly vkey: string;
  readonly store: IndexStore;
  readonly tree: MerkleTree;
  readonly writer: LogWriter;
  readonly indexer: Indexer;
  readonly reader: LogReader;
  readonly places: EntryPlaces;
  readonly #files: { readonly checkpoint: CheckpointFile; readonly cosigned: CheckpointFile };
  #head: SignedHead | undefined;
  #cosigned: SignedHead | undefined;
  #indexing: Promise<void> = Promise.resolve();

  constructor(
    parts: Pick<Replica, 'vkey' | 'store' | 'tree' | 'writer' | 'indexer' | 'reader' | 'places'>,
    files: { readonly checkpoint: CheckpointFile; readonly cosigned: CheckpointFile },
    kept: { readonly head: SignedHead | undefined; readonly cosigned: SignedHead | undefined },
  ) {
    this.vkey = parts.vkey;
    this.store = parts.store;
    this.tree = parts.tree;
    this.writer = parts.writer;
    this.indexer = parts.indexer;
    this.reader = parts.reader;
    this.places = parts.places;
    this.#files = files;
    this.#head = kept.head;
    this.#cosigned = kept.cosigned;
  }

  /** The last checkpoint up to which everything is verified, durable and indexed; undefined before the first. */
  get head(): SignedHead | undefined {
    return this.#head;
  }

  /** The newest one that witnesses have cosigned. */
  get cosigned(): SignedHead | undefined {
    return this.#cosigned;
  }

  /** The first index of a whole bundle of entries. */
  get minimumIndex(): number {
    return minimumIndexOf(this.writer.segments[0]?.firstIndex ?? 0);
  }

  /** Why nothing can be appended for now. */
  fault(): MeshError | undefined {
    return this.writer.fault ?? this.tree.fault();
  }

  /** Takes verified entries that come next. Durable when it resolves. */
  async append(entries: readonly Buffer[]): Promise<void> {
    // While these entries were verified; so that no more than two batches wait in memory.
    await this.#indexing.catch(() => this.indexer.flush());
    let last: Entry | undefined;
    for (const entry of entries)
      last = this.writer.append({
        recordId: entryId(entry, this.writer.records + this.writer.pendingRecords),
        keyHash: undefined,
        slot: 0,
        subject: undefined,
        erases: undefined,
        sealedKind: 'none',
        sealed: nothing,
        record: entry,
        sealedField: nothing,
      });
    await last?.commit.done;
    this.#indexing = this.indexer.flush();
    this.#indexing.catch(() => {});
  }

  /** Takes the checkpoint of all that is there. Durable when it resolves. */
  async keep(head: SignedHead): Promise<void> {
    await this.indexer.flush();
    await this.#files.checkpoint.write(head.checkpoint);
    this.#head = head;
  }

  /** Takes a cosigned checkpoint of the tree or of its beginning. Durable when it resolves. */
  async keepCosigned(head: SignedHead): Promise<void> {
    await this.#files.cosigned.write(head.checkpoint);
    this.#cosigned = head;
  }
}

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
  const { store, wasDamaged } = await openIndexStore(folders.index);
  closers.add('audit index', async () => {
    // Closing it under a transaction would end the process.
    if (guard.isIndexQuiet) await finishesWithin(store.close(), config.closeTimeoutMs);
  });
  if (wasDamaged)
    log.warn('the audit index could not be opened and is built again', { folder: folders.index });
  const recovered = await openLog({
    disk,
    folder: folders.log,
    store,
    lock,
    log,
    firstIndex,
    subjectOf: nobody,
    isLive: () => false,
    removePruned: nobody,
  });
  closers.add('audit log file', async () => {
    // Closed by the writer, unless the start fails before there is one.
    await recovered.file.close().catch(() => {});
  });
  await lock.settle();
  guard.isSettled = true;
  metrics.torn(recovered.tornBytes);
  const leafHashes = new LeafHashes(disk, folders.log, recovered.segments);
  const tree = await openTree({
    folder: folders.tree,
    disk: treeDisk,
    size: recovered.records,
    readLeafHashes: async (from, to) => await leafHashes.read(from, to),
    log,
  });
  closers.add('audit tree', async () => {
    if (!(await finishesWithin(tree.close(), config.closeTimeoutMs)))
      log.warn('the disk of the audit tree did not answer in time', { folder: folders.tree });
  });
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
  closers.add('audit log', async () => {
    guard.isLogQuiet = await writer.close(config.closeTimeoutMs);
    guard.isLogInOrder = writer.isInOrder;
    if (!guard.isLogQuiet)
      log.error('the disk of the audit log did not answer in time', { timeoutMs: config.closeTimeoutMs });
  });
  const places = new EntryPlaces(disk, folders.log, recovered.salt, () => writer.segments);
  const replica = new Replica({ vkey, store, tree, writer, indexer, reader, places }, files, kept);
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
