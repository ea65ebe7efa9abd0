import { statSync } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, open, type RootDatabase, type RootDatabaseOptionsWithPath } from 'lmdb';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { reserveFile } from '../../kit/storage/file-room.ts';
import { lmdbFile, lmdbFileFault } from '../../kit/storage/lmdb-file.ts';
import { DiskRoom, hasFileSizeLimit } from './disk-room.ts';
import { messageOf, writeFailure } from './write-failure.ts';

/** A named database: keys in the order of their bytes. Puts and removes belong into `Environment.write`. */
export type Table = Database<Buffer, Buffer>;

export type WritePurpose = 'add' | 'tidy';

export interface Environment {
  table(name: string): Table;
  /**
   * One transaction of the puts and removes of `action`, of which there are at most `operations`, with so many bytes of values; all or
   * none. When it resolves they are fsynced and every later read sees them. No read sees what is not durable. One after the other, in
   * the order of the calls; the buffers must stay as they are until then. Fails with FEATURE_STORE_FULL if there is no room; what tidies
   * up still finds some when what adds no longer does.
   */
  write(operations: number, valueBytes: number, action: () => void, purpose?: WritePurpose): Promise<void>;
  /** Copies the environment as it is now, without its free pages, into this folder, which must be there and be empty. */
  copyTo(folder: string): Promise<void>;
  sizeBytes(): number;
  /** Waits for writes under way. */
  close(): Promise<void>;
}

/**
 * Address space, not memory. lmdb grows a smaller map by mapping the file once more, and each map counts as resident memory of
 * the process.
 */
const mapBytes = 256 * 1024 ** 3;
const maxTables = 8;
/** Pages that a put or remove may take at most: a leaf, and its split or branch; longer values have pages of their own besides. */
const pagesPerOperation = 2;
/** Pages of the free list and of the tables' roots. */
const sparePages = 256;
const usualPageBytes = 4096;
/** What adds leaves so much room for what tidies up: several turns of it, or a full disk could never be tidied. */
const tidyBytes = 6 * 1024 ** 2;

/**
 * Opens or makes the environment in this folder for one writing process. Fails with STATE_LOCKED while another process has it open, with
 * STATE_CORRUPT if LMDB can't read it and with FEATURE_STORE_FULL if there is no room to make it.
 */
export async function openEnvironment(folder: string): Promise<Environment> {
  await mkdir(folder, { recursive: true });
  await refuseUnsound(folder);
  await checkRoom(folder);
  const root = openRoot(folder, false);
  try {
    refuseSecondProcess(root, folder);
  } catch (error) {
    await root.close();
    throw error;
  }
  return environmentOf(root, folder, new DiskRoom(folder, await hasFileSizeLimit()));
}

/** Opens an environment only to read, also while another process writes to it. Fails with STATE_CORRUPT if LMDB can't read it. */
export async function openToRead(folder: string): Promise<Environment> {
  await refuseUnsound(folder);
  return environmentOf(openRoot(folder, true), folder, undefined);
}

/** The error for a store that can't be read. */
export function corrupt(folder: string, why: string, cause?: unknown): MeshError {
  return new MeshError(
    'STATE_CORRUPT',
    `the feature store ${lmdbFile(folder)} can't be opened: ${why}; restore it from a back-up, or move it away and ingest again`,
    {},
    cause,
  );
}

type Root = RootDatabase<Buffer, Buffer>;

function environmentOf(root: Root, folder: string, room: DiskRoom | undefined): Environment {
  let last: Promise<unknown> = Promise.resolve();
  const writeNow = async (
    operations: number,
    valueBytes: number,
    action: () => void,
    purpose: WritePurpose,
  ): Promise<void> => {
    try {
      const { lastPageNumber, pageSize } = root.getStats() as { lastPageNumber: number; pageSize: number };
      const pages = 1 + lastPageNumber + operations * pagesPerOperation + sparePages;
      await room?.ensure(pages * pageSize + valueBytes * 2 + (purpose === 'add' ? tidyBytes : 0));
      await root.batch(action);
    } catch (error) {
      throw await writeFailure(error);
    }
  };
  return {
    table: (name) => root.openDB({ name, encoding: 'binary', keyEncoding: 'binary' }),
    write: (operations, valueBytes, action, purpose = 'add') => {
      const written = last.then(() => writeNow(operations, valueBytes, action, purpose));
      last = written.catch(() => {});
      return written;
    },
    copyTo: (target) => root.backup(target, true),
    sizeBytes: () => statSync(lmdbFile(folder)).size,
    close: async () => {
      await last;
      await root.close();
    },
  };
}

function openRoot(folder: string, readOnly: boolean): Root {
  const options: RootDatabaseOptionsWithPath & { batchStartThreshold: number } = {
    path: folder,
    // A folder name with a dot in it would be taken for a file name.
    noSubdir: false,
    maxDbs: maxTables,
    mapSize: mapBytes,
    encoding: 'binary',
    keyEncoding: 'binary',
    readOnly,
    // With overlapping sync a write resolves when it is visible, before it is on the disk, and a failed flush is not told.
    overlappingSync: false,
    // Else the library makes a promise of its own per batch, whose rejection nobody could catch.
    eventTurnBatching: false,
    // The writing thread would fight with this one over the cores while a large batch is still being put together.
    batchStartThreshold: 1e9,
  };
  try {
    return open<Buffer, Buffer>(options);
  } catch (error) {
    throw corrupt(folder, messageOf(error), error);
  }
}

async function refuseUnsound(folder: string): Promise<void> {
  const fault = await lmdbFileFault(folder);
  if (fault !== undefined) throw corrupt(folder, fault);
}

/** Fails where the first pages of a new store would. */
async function checkRoom(folder: string): Promise<void> {
  const file = await stat(lmdbFile(folder)).catch(() => undefined);
  if (file !== undefined && file.size >= sparePages * usualPageBytes) return;
  const path = join(folder, `room.${process.pid}`);
  try {
    await writeFile(path, '');
    await reserveFile(path, sparePages * usualPageBytes);
  } catch (error) {
    throw await writeFailure(error);
  } finally {
    await rm(path, { force: true });
  }
}

/** LMDB lets processes share an environment, but two that give ingest times would give the same ones. */
function refuseSecondProcess(root: Root, folder: string): void {
  // A first read takes a slot in LMDB's table of readers, which it frees when the process dies, however it dies.
  root.get(Buffer.from('none'));
  root.readerCheck();
  const readers = [...root.readerList().matchAll(/^\s*([0-9]+) /gm)].map((match) => Number(match[1]));
  const other = readers.find((pid) => pid !== process.pid);
  if (other !== undefined)
    throw new MeshError(
      'STATE_LOCKED',
      `process ${other} has the feature store in ${folder} open; stop it, or give this one a state folder of its own`,
    );
}
