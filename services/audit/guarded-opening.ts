import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import type { AuditConfig } from './config.ts';
import type { Disk } from './disk.ts';
import type { DiskGuard } from './guarded-lock.ts';
import { openIndexCarefully } from './index/careful-opening.ts';
import type { IndexStore } from './index/store.ts';
import { LeafHashes } from './log/leaf-hashes.ts';
import type { RecoveredLog } from './log/recovery.ts';
import type { LogWriter } from './log/writer.ts';
import type { auditFolders } from './opening.ts';
import { finishesWithin } from './time-limit.ts';
import type { MerkleTree } from './tree/merkle-tree.ts';
import { openTree } from './tree/opening.ts';
import type { TreeDisk } from './tree/tree-disk.ts';

interface GuardedOpening {
  readonly config: Pick<AuditConfig, 'closeTimeoutMs'>;
  readonly folders: ReturnType<typeof auditFolders>;
  readonly log: Log;
}

/** Opens the index, and closes it when all that was asked of its disk is answered; one that can't be read is removed, and said. */
export async function openGuardedIndex(
  { config, folders, log }: GuardedOpening,
  guard: Pick<DiskGuard, 'isIndexQuiet'>,
  closers: Closers,
): Promise<IndexStore> {
  const index = await openIndexCarefully(folders.index, log);
  closers.add('audit index', async () => {
    // Closing it under a transaction would end the process.
    if (guard.isIndexQuiet && (await finishesWithin(index.store.close(), config.closeTimeoutMs)))
      await index.stopped();
  });
  if (index.wasDamaged)
    log.warn('the audit index could not be opened and is built again', { folder: folders.index });
  return index.store;
}

/** Opens the tree over a log that was recovered. STATE_CORRUPT if the two do not belong together. */
export async function openTreeOver(
  recovered: Pick<RecoveredLog, 'segments' | 'records'>,
  {
    config,
    disk,
    folders,
    log,
    treeDisk,
  }: GuardedOpening & { readonly disk: Disk; readonly treeDisk: TreeDisk },
  closers: Closers,
): Promise<MerkleTree> {
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
  return tree;
}

/** Closes the writer of the log in time, and notes for the locks whether its disk has answered all and the log is in order. */
export function closeLogWith(
  writer: Pick<LogWriter, 'close' | 'isInOrder'>,
  { config, log }: Omit<GuardedOpening, 'folders'>,
  guard: Pick<DiskGuard, 'isLogQuiet' | 'isLogInOrder'>,
  closers: Closers,
): void {
  closers.add('audit log', async () => {
    guard.isLogQuiet = await writer.close(config.closeTimeoutMs);
    guard.isLogInOrder = writer.isInOrder;
    if (!guard.isLogQuiet)
      log.error('the disk of the audit log did not answer in time', { timeoutMs: config.closeTimeoutMs });
  });
}
