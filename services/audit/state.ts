import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { MeshError } from '../kit/errors/mesh-error.ts';
import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import { openLogKey } from '../kit/transparency/log-key.ts';
import type { NoteSigner } from '../kit/transparency/signing-key.ts';
import type { AuditConfig } from './config.ts';
import { type Disk, realDisk } from './disk.ts';
import { refuseReplica } from './follow/replica-note.ts';
import { type DiskGuard, lockGuarded } from './guarded-lock.ts';
import { openGuardedIndex, openTreeOver } from './guarded-opening.ts';
import type { IndexStore } from './index/store.ts';
import type { RecoveredLog } from './log/recovery.ts';
import type { AuditMetrics } from './metrics.ts';
import { auditFolders, hasEntries, openLog } from './opening.ts';
import { finishPruning } from './operation/interrupted-pruning.ts';
import { removePrunedSegments } from './operation/pruned-segments.ts';
import { refuseHalfRestored } from './operation/restoring.ts';
import { PendingErasures } from './pending-erasures.ts';
import { type KeyStore, openKeyStore } from './sealing/key-store.ts';
import { createLocalKeyProvider } from './sealing/master-key.ts';
import { openPayloads, type Payloads } from './sealing/payloads.ts';
import { createSealer, type Sealer } from './sealing/sealer.ts';
import type { SealingDisk } from './sealing/sealing-disk.ts';
import { createSubjectReader, type SubjectReader } from './subject-reader.ts';
import { finishesWithin } from './time-limit.ts';
import type { MerkleTree } from './tree/merkle-tree.ts';
import { readStoredHead } from './tree/stored-head.ts';
import { readSmallFile, replaceFileDurably } from './tree/tree-disk.ts';

const maxVkeyBytes = 1024;

/** What the audit role keeps, open and in order. */
export interface AuditState {
  readonly folders: ReturnType<typeof auditFolders>;
  readonly store: IndexStore;
  readonly keys: KeyStore;
  readonly sealer: Sealer;
  readonly payloads: Payloads;
  readonly pending: PendingErasures;
  readonly tree: MerkleTree;
  readonly signer: NoteSigner;
  readonly recovered: RecoveredLog;
  readonly subjectOf: SubjectReader;
  readonly guard: DiskGuard;
}

export interface StateDeps {
  readonly config: AuditConfig;
  /** Of the log. */
  readonly disk: Disk;
  /** Of everything else. */
  readonly stateDisk: SealingDisk;
  readonly log: Log;
  readonly metrics: AuditMetrics;
}

/**
 * Opens all that the audit role keeps, alone: locks, keys, index, log (which makes the index agree with it), tree. Each is closed in
 * reverse order.
 */
export async function openState(
  { config, disk, stateDisk, log, metrics }: StateDeps,
  closers: Closers,
): Promise<AuditState> {
  const folders = auditFolders(config.folder);
  await refuseHalfRestored(config.folder);
  await refuseReplica(config.folder, stateDisk);
  await stateDisk.makeFolder(config.folder);
  await realDisk().makeFolder(config.folder);
  const { guard, lock } = await lockGuarded(config.folder, closers);

  const store = await openGuardedIndex({ config, folders, log }, guard, closers);

  const isUsed = await hasEntries(disk, folders.log);
  const keys = await openKeyStore({
    folder: config.keysFolder,
    provider: createLocalKeyProvider({
      folder: config.keysFolder,
      key: config.masterKey,
      keyFile: config.masterKeyFile,
      disk: stateDisk,
      log,
    }),
    disk: stateDisk,
    log,
    usedUpTo: isUsed ? store.highestSlot() : undefined,
  });
  closers.add('audit keys', async () => {
    await finishesWithin(keys.close(), config.closeTimeoutMs);
  });
  const sealer = createSealer(keys);
  const payloads = await openPayloads({ folder: folders.payloads, disk: stateDisk });
  closers.add('large audit records', async () => {
    await finishesWithin(payloads.close(), config.closeTimeoutMs);
  });
  const signer = await openSigner(config, stateDisk, isUsed);

  const subjectOf = createSubjectReader({ keys, sealer, payloads });
  const pruned = { disk, stateDisk, folder: folders.log, store, keys, payloads, log, subjectOf };
  const removePruned = async (segments: readonly number[]): Promise<void> =>
    await removePrunedSegments(pruned, segments);
  const isLive = (slot: number): boolean => keys.stateOf(slot) === 'live';
  const signedEntries = (await readStoredHead(stateDisk, folders.tree))?.size ?? 0;
  const opened = await openLog({ ...pruned, lock, isLive, removePruned, signedEntries });
  closers.add('audit log file', async () => {
    // Closed by the writer, unless the start fails before there is one.
    await opened.file.close().catch(() => {});
  });
  await lock.settle();
  guard.isSettled = true;
  metrics.torn(opened.tornBytes);
  keys.noteUsed(store.highestSlot());
  const pending = new PendingErasures(stateDisk, folders.erasing);
  await destroyReturned({ store, keys, pending, log });
  const recovered = await finishPruning({ ...pruned, removePruned }, opened);

  const tree = await openTreeOver(recovered, { config, disk, folders, log, treeDisk: stateDisk }, closers);
  return { folders, store, keys, sealer, payloads, pending, tree, signer, recovered, subjectOf, guard };
}

/** Keys that the log says are destroyed may be there again: in a folder of keys that was restored from an older copy. */
async function destroyReturned(
  parts: Pick<AuditState, 'store' | 'keys' | 'pending'> & { readonly log: Log },
): Promise<void> {
  const { store, keys, pending, log } = parts;
  const interrupted = new Set(await pending.slots());
  const returned = [...store.erasedSlots()].filter(
    (slot) => keys.stateOf(slot) === 'live' && !interrupted.has(slot),
  );
  if (returned.length === 0) return;
  await keys.destroy(returned);
  log.warn(
    'keys of erased data subjects were there again, as in an older copy of the key folder, and are destroyed',
    {
      subjects: returned.length,
    },
  );
}

/** The log's key. CONFIG_INVALID if it is another than the log was signed with: a log that changes its key is another log. */
async function openSigner(config: AuditConfig, disk: SealingDisk, isUsed: boolean): Promise<NoteSigner> {
  const file = config.logKeyFile ?? join(config.keysFolder, 'log.key');
  if (isUsed && !existsSync(file))
    throw new MeshError(
      'CONFIG_INVALID',
      `the key of the audit log in ${config.folder} is missing: ${file}; restore it from its back-up, or name it by SCOREMESH_AUDIT_KEY_FILE`,
    );
  const signer = await openLogKey(file, config.origin ?? `${hostname()}/scoremesh`);
  const known = join(config.folder, 'vkey');
  const first = (await readSmallFile(disk, known, maxVkeyBytes))?.toString('utf8').trimEnd();
  // One that is there may have been left by a kill, before its name was durable.
  if (!isUsed && (first ?? signer.vkey) === signer.vkey)
    await replaceFileDurably(disk, known, Buffer.from(`${signer.vkey}\n`));
  else if (first !== signer.vkey)
    throw new MeshError(
      'CONFIG_INVALID',
      `the audit log in ${config.folder} was signed by ${first ?? 'a key that is not known any more'}, but ${file} holds ${signer.vkey}: give its own key, or begin a new log in another folder`,
    );
  if (config.origin !== undefined && config.origin !== signer.name)
    throw new MeshError(
      'CONFIG_INVALID',
      `SCOREMESH_AUDIT_ORIGIN is ${config.origin}, but the log key ${file} is of ${signer.name}: correct one of them`,
    );
  return signer;
}
