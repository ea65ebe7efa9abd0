import { join } from 'node:path';
import type { Log } from '../kit/log/log.ts';
import type { Disk } from './disk.ts';
import { hashKey, type IndexStore, maxPutEntries } from './index/store.ts';
import type { FolderLock } from './lock.ts';
import { readChain } from './log/chain.ts';
import { holdsPosition, type RecoveredEntry, type RecoveredLog, recoverLog } from './log/recovery.ts';

export interface OpeningOptions {
  readonly disk: Disk;
  /** Folder of the segments. */
  readonly folder: string;
  readonly store: IndexStore;
  readonly lock: Pick<FolderLock, 'unclean' | 'powerLost'>;
  readonly log: Log;
}

/**
 * Opens the log for writing and makes the index agree with it: only what the index lacks is read back, or everything if the two
 * do not belong together. The log is the truth: what only the index knows is forgotten, and said.
 */
export async function openLog(options: OpeningOptions): Promise<RecoveredLog> {
  const { disk, folder, store, lock, log } = options;
  await disk.makeFolder(folder);
  const chain = await readChain(disk, folder, log);
  const position = store.position();
  const isOurs = position !== undefined && position.salt === chain[0]?.salt;
  const durableIndex = isOurs ? position.last.index : -1;
  const recovery = { disk, folder, log, ...lock, durableIndex };
  const visit = async (entries: readonly RecoveredEntry[], salt: number): Promise<void> =>
    await putRecovered(store, entries, salt);

  let from = position;
  if (position === undefined || !(await holdsPosition(disk, folder, chain, position))) {
    from = undefined;
    if (store.size() > 0 || position !== undefined) {
      log.warn('the audit index does not fit the log and is built again', { folder });
      await store.clear();
    }
  }
  let recovered = await recoverLog(recovery, chain, from, visit);
  if (store.size() !== recovered.records) {
    log.warn('the audit index has records that the log has not, or lacks some, and is built again', {
      indexed: store.size(),
      records: recovered.records,
    });
    await recovered.file.close();
    await store.clear();
    const { tornBytes } = recovered;
    recovered = await recoverLog(recovery, await readChain(disk, folder, log), undefined, visit);
    recovered = { ...recovered, tornBytes: recovered.tornBytes + tornBytes };
  }
  if (recovered.records <= durableIndex)
    log.error('the audit log has lost records that were durable; restore it from a backup', {
      folder,
      lost: durableIndex + 1 - recovered.records,
      records: recovered.records,
    });
  return recovered;
}

async function putRecovered(
  store: IndexStore,
  entries: readonly RecoveredEntry[],
  salt: number,
): Promise<void> {
  for (let from = 0; from < entries.length; from += maxPutEntries) {
    const round = entries.slice(from, from + maxPutEntries);
    const last = round.at(-1);
    if (last === undefined) return;
    await store.put(
      round.map((entry) => ({
        recordId: entry.recordId,
        location: entry,
        keyHash: entry.idempotencyKey === '' ? undefined : hashKey(entry.idempotencyKey),
      })),
      { last, checksum: last.checksum, salt },
    );
  }
}

/** Where the parts of an audit folder stand. */
export function auditFolders(folder: string): { readonly log: string; readonly index: string } {
  return { log: join(folder, 'log'), index: join(folder, 'index') };
}
