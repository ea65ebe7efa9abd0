import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { reserveFile } from '../../kit/storage/file-room.ts';
import { lmdbFile, lmdbFileFault } from '../../kit/storage/lmdb-file.ts';
import { isDiskFull } from '../disk.ts';
import type { Location } from '../log/commit.ts';
import type { Position } from '../log/recovery.ts';

/** What the index keeps of a record. */
export interface IndexEntry {
  /** 16 bytes. */
  readonly recordId: Buffer;
  readonly location: Location;
  /** Of its idempotency key; undefined without one. */
  readonly keyHash: Buffer | undefined;
}

export interface FoundRecord extends Location {
  readonly recordId: Buffer;
}

/** Finds records of the log. Holds nothing that the log does not: it may be removed and is then built again. */
export interface IndexStore {
  /** Costs about 0.7 us. */
  findRecord(recordId: Buffer): Location | undefined;
  findKey(keyHash: Buffer): Location | undefined;
  /** From `first` on and below `end` (exclusive; undefined for no end), in order of id. Read as it is walked. */
  range(first: Buffer, end: Buffer | undefined): Iterable<FoundRecord>;
  /** The highest id in it; undefined if it is empty. */
  highestId(): Buffer | undefined;
  /** Records in it. */
  size(): number;
  /** How far it is complete; undefined if it is empty. */
  position(): Position | undefined;
  /**
   * Puts at most `maxPutEntries` in one transaction with the position that the index is complete up to then. Visible to find and
   * range when it resolves; nothing of it is if it rejects. Putting the same again is fine. One at a time.
   */
  put(entries: readonly IndexEntry[], position: Position): Promise<void>;
  clear(): Promise<void>;
  /** Waits until what was put is on disk. */
  close(): Promise<void>;
}

/** 128 bits of SHA-256: the full key stands in the log, and is compared there. */
export function hashKey(idempotencyKey: string): Buffer {
  return Buffer.from(hash('sha256', idempotencyKey, 'binary').slice(0, 16), 'latin1');
}

/** Puts of one turn of the event loop, which is what makes them one transaction: about 0.5 ms. */
export const maxPutEntries = 1024;

/**
 * Pages that one put may take at most: a leaf, and its split or branch. All that a transaction may take is reserved in the file
 * before: a page that lmdb 3.5.6 can not write overruns a buffer of its error message (`mdb_page_flush`) and ends the process.
 */
const pagesPerPut = 2;
/** Pages of the free list, of the tables' roots and of the position. */
const sparePages = 256;
/**
 * Address space, not memory: room for about 90 million records. lmdb grows a smaller map by mapping the file once more, and each
 * map counts as resident memory of the process.
 */
const mapBytes = 16 * 1024 ** 3;
const locationBytes = 24;
const positionBytes = locationBytes + 8;
const positionKey = Buffer.from('position1');

/** Opens the index in this folder; `wasDamaged` if what stood there could not be opened and was removed. */
export async function openIndexStore(folder: string): Promise<{ store: IndexStore; wasDamaged: boolean }> {
  const opened = (await lmdbFileFault(folder)) === undefined ? await tryOpen(folder) : undefined;
  if (opened !== undefined) return { store: opened, wasDamaged: false };
  await rm(folder, { recursive: true, force: true });
  return { store: storeIn(folder, await openEnvironment(folder)), wasDamaged: true };
}

/** The store, if what is needed at once can be read from it. */
async function tryOpen(folder: string): Promise<IndexStore | undefined> {
  let store: IndexStore | undefined;
  try {
    store = storeIn(folder, await openEnvironment(folder));
    store.size();
    store.position();
    store.highestId();
    return store;
  } catch (error) {
    if (isDiskFull(error)) throw error;
    await store?.close();
    return undefined;
  }
}

type Table = Database<Buffer, Buffer>;

interface Environment {
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly records: Table;
  readonly keys: Table;
  readonly positions: Table;
}

async function openEnvironment(folder: string): Promise<Environment> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
  if (!existsSync(lmdbFile(folder))) await checkRoom(folder);
  const root = open<Buffer, Buffer>({
    path: folder,
    // A folder name with a dot in it would be taken for a file name.
    noSubdir: false,
    maxDbs: 3,
    mapSize: mapBytes,
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  const table = (name: string): Table => root.openDB({ name, encoding: 'binary', keyEncoding: 'binary' });
  try {
    return { root, records: table('records'), keys: table('keys'), positions: table('positions') };
  } catch (error) {
    void root.close();
    throw error;
  }
}

/** Fails with ENOSPC where the first pages of a new index would. */
async function checkRoom(folder: string): Promise<void> {
  const path = join(folder, 'room');
  try {
    await writeFile(path, '');
    await reserveFile(path, sparePages * 4096);
  } finally {
    await rm(path, { force: true });
  }
}

function storeIn(folder: string, opened: Environment): IndexStore {
  let { root, records, keys, positions } = opened;
  let reservedBytes = 0;
  /** Makes room for so many puts. */
  const reserve = async (puts: number): Promise<void> => {
    const { lastPageNumber, pageSize } = root.getStats() as { lastPageNumber: number; pageSize: number };
    const needed = (lastPageNumber + 1 + puts * pagesPerPut + sparePages) * pageSize;
    if (needed > reservedBytes) reservedBytes = await reserveFile(lmdbFile(folder), needed);
  };
  const close = async (): Promise<void> => {
    await root.flushed;
    await root.close();
  };
  return {
    findRecord: (recordId) => decodeFound(records.getBinaryFast(recordId)),
    findKey: (keyHash) => decodeFound(keys.getBinaryFast(keyHash)),
    range: (first, end) =>
      records
        .getRange(end === undefined ? { start: first } : { start: first, end })
        .map(({ key, value }) => ({ recordId: Buffer.from(key), ...decodeLocation(value) })),
    highestId: () => {
      for (const key of records.getKeys({ reverse: true, limit: 1 })) return Buffer.from(key);
      return undefined;
    },
    size: () => (records.getStats() as { entryCount: number }).entryCount,
    position: () => decodePosition(positions.getBinary(positionKey)),
    put: async (entries, position) => {
      let puts = 1;
      for (const entry of entries) puts += entry.keyHash === undefined ? 1 : 2;
      await reserve(puts);
      const commits = new Set<Promise<boolean>>();
      for (const entry of entries) {
        const value = encodeLocation(entry.location);
        commits.add(records.put(entry.recordId, value));
        if (entry.keyHash !== undefined) commits.add(keys.put(entry.keyHash, value));
      }
      commits.add(positions.put(positionKey, encodePosition(position)));
      for (const commit of commits) commit.catch(hearOut);
      await Promise.all(commits);
    },
    clear: async () => {
      await close();
      await rm(folder, { recursive: true, force: true });
      ({ root, records, keys, positions } = await openEnvironment(folder));
      reservedBytes = 0;
    },
    close,
  };
}

/** lmdb rejects a second promise, inside the error of the first; unheard it would end the process. */
function hearOut(error: unknown): void {
  (error as { commitError?: Promise<unknown> }).commitError?.catch(() => {});
}

/** As index u64, segment u32, offset u64, length u32; little-endian. */
function encodeLocation({ index, segment, offset, length }: Location): Buffer {
  const value = Buffer.allocUnsafe(locationBytes);
  value.writeUInt32LE(index >>> 0, 0);
  value.writeUInt32LE(Math.floor(index / 2 ** 32), 4);
  value.writeUInt32LE(segment, 8);
  value.writeUInt32LE(offset >>> 0, 12);
  value.writeUInt32LE(Math.floor(offset / 2 ** 32), 16);
  value.writeUInt32LE(length, 20);
  return value;
}

function decodeLocation(value: Buffer): Location {
  return {
    index: value.readUInt32LE(0) + value.readUInt32LE(4) * 2 ** 32,
    segment: value.readUInt32LE(8),
    offset: value.readUInt32LE(12) + value.readUInt32LE(16) * 2 ** 32,
    length: value.readUInt32LE(20),
  };
}

function encodePosition(position: Position): Buffer {
  const value = Buffer.alloc(positionBytes);
  encodeLocation(position.last).copy(value);
  value.writeUInt32LE(position.checksum, locationBytes);
  value.writeUInt32LE(position.salt, locationBytes + 4);
  return value;
}

function decodePosition(value: Buffer | undefined): Position | undefined {
  if (value === undefined || value.length !== positionBytes) return undefined;
  return {
    last: decodeLocation(value),
    checksum: value.readUInt32LE(locationBytes),
    salt: value.readUInt32LE(locationBytes + 4),
  };
}

function decodeFound(value: Buffer | undefined): Location | undefined {
  return value === undefined ? undefined : decodeLocation(value);
}
