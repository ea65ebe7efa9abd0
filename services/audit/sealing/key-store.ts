import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Log } from '../../kit/log/log.ts';
import { errorCode } from '../disk.ts';
import { type FolderLock, lockFolder } from '../lock.ts';
import { keysCorrupt, storageFault } from './fault.ts';
import { nonceBytes } from './gcm.ts';
import type { KeyProvider } from './key-provider.ts';
import { Reserve } from './reserve.ts';
import { realSealingDisk, type SealingDisk } from './sealing-disk.ts';
import { readSlot, slotBytes, subjectKeyBytes, subjectlessSlot, writeSlot } from './slot.ts';
import { SlotFile } from './slot-file.ts';
import { makeStoreKeys, readStoreKeys, type StoreKeys } from './store-key.ts';
import { SubjectKeys } from './subject-keys.ts';

export { subjectlessSlot };

export interface KeyStoreOptions {
  /** The key folder; made if it is not there, for its owner alone. Apart from the log, and from the log's backups. */
  readonly folder: string;
  readonly provider: KeyProvider;
  readonly disk?: SealingDisk;
  readonly log: Log;
  /** The highest slot of a record in the log, as far as that is known before it is read; undefined if no record is sealed. */
  readonly usedUpTo: number | undefined;
  /** Keys that are kept decrypted in memory. */
  readonly cachedKeys?: number;
}

/** `live`: its key can be read. `unknown`: nothing is there, or it is damaged. */
export type SlotState = 'live' | 'destroyed' | 'unknown';

/** One random 32-byte key for each data subject, in numbered slots. */
export interface KeyStore {
  /**
   * The next free slot, whose key is durable already. QUEUE_FULL if more come than can be made durable (8192 are ready), AUDIT_DISK_FULL or
   * AUDIT_LOG_FAILED if the disk takes none. Takes about 1 us.
   */
  allocate(): number;
  /** Resolves when `allocate` may succeed again after a QUEUE_FULL, or has another reason to fail. */
  refilled(): Promise<void>;
  /** Tells that a durable record uses this slot: allocation goes on above it. */
  noteUsed(slot: number): void;
  /** The slot's key, to be used at once and not kept; undefined unless it is live. AUDIT_LOG_FAILED if it can't be read. */
  keyOf(slot: number): Buffer | undefined;
  stateOf(slot: number): SlotState;
  /**
   * Overwrites the keys of these slots, which must have been handed out. From the call on nothing is sealed or opened with them; durable
   * when it resolves. If it rejects, what was overwritten is unknown: call it again. What a file system or an SSD keeps of overwritten blocks is
   * encrypted under the store key.
   */
  destroy(slots: readonly number[]): Promise<void>;
  /** 16 bytes that stand for the subject in the index. Not to be changed. */
  tagOf(subject: string): Buffer;
  /** Waits for writes under way, forgets all keys, lets others in. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the key folder, alone: STATE_LOCKED if another process has it. Reads the store key and up to 1024 slots, whatever the number of
 * subjects. STATE_CORRUPT if keys that the log needs are not there or are damaged; CONFIG_INVALID if the master key is not theirs.
 */
export async function openKeyStore(options: KeyStoreOptions): Promise<KeyStore> {
  const { folder } = options;
  const disk = options.disk ?? realSealingDisk();
  try {
    await makeOwnFolder(folder);
    const lock = await lockFolder(folder);
    try {
      return await openStore(options, disk, lock);
    } catch (error) {
      await lock.abandon();
      throw error;
    }
  } catch (error) {
    throw storageFault('the keys of data subjects', folder, error);
  }
}

async function openStore(options: KeyStoreOptions, disk: SealingDisk, lock: FolderLock): Promise<KeyStore> {
  const { folder, log, usedUpTo } = options;
  const path = join(folder, 'subjects');
  const found = await readStoreKeys(disk, folder, options.provider);
  if (found === undefined) {
    const isUsed = usedUpTo !== undefined || (await disk.list(folder)).includes('subjects');
    if (isUsed)
      throw keysCorrupt(
        join(folder, 'store.key'),
        'it is missing, though there are records that were sealed with it',
      );
  }
  const keys = found ?? (await makeStoreKeys(disk, folder, options.provider));
  const file = await SlotFile.open(disk, path);
  const reserve = new Reserve({ file, storeKey: keys.store, folder, log, isUncertain: lock.unclean });
  const store = new SubjectKeys(options, keys, file, reserve, lock);
  try {
    await prepareFirstSlot(file, path, keys, usedUpTo);
    store.noteUsed(usedUpTo ?? subjectlessSlot);
    await reserve.prepare();
    return store;
  } catch (error) {
    await store.closeFiles();
    throw error;
  }
}

/** A folder that was there is left as its owner made it: a mounted one may not be ours to change. */
async function makeOwnFolder(folder: string): Promise<void> {
  const host = realSealingDisk();
  try {
    await host.mode(folder);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await host.makeFolder(folder);
    await host.setMode(folder, 0o700);
  }
}

/** Slot 0 is durable before any other is written, so that only a file with nothing else may lack it. */
async function prepareFirstSlot(
  file: SlotFile,
  path: string,
  keys: StoreKeys,
  usedUpTo: number | undefined,
): Promise<void> {
  if (readSlot(file.peek(subjectlessSlot), 0, subjectlessSlot, keys.store) instanceof Buffer) return;
  if (file.slots > 1)
    throw keysCorrupt(path, 'its first slot is damaged, or it belongs to another store.key');
  if (usedUpTo !== undefined)
    throw keysCorrupt(path, 'it is missing or empty, though there are sealed records');
  const bytes = Buffer.alloc(slotBytes);
  const key = randomBytes(subjectKeyBytes);
  writeSlot(bytes, 0, subjectlessSlot, keys.store, randomBytes(nonceBytes), key);
  await file.write(subjectlessSlot, bytes);
}
