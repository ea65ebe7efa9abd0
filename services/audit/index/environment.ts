import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { reserveFile } from '../../kit/storage/file-room.ts';
import { lmdbFile } from '../../kit/storage/lmdb-file.ts';

/** Rows of the index, sorted by key. */
export type Table = Database<Buffer, Buffer>;

/** What the tables hold; see record-row.ts for a record's row. */
export const tableNames = [
  /** Record id -> location and facts. */
  'records',
  /** First half of the hash of an idempotency key -> record id. */
  'keys',
  /** Number -> a text that facts have; see Texts. */
  'texts',
  /** Tag of a data subject -> its key slot. */
  'subjects',
  /** Epoch, key slot and index of a record -> its id. */
  'about',
  /** Record id of a prediction -> that of its first outcome; followed by that of another outcome -> nothing. */
  'outcomes',
  /** Name of a batch and record id -> nothing. */
  'batches',
  /** Handle of erased content -> record id of the erasure. */
  'erased',
  /** How far the index is complete, and what else there is one of. */
  'state',
] as const;
export type TableName = (typeof tableNames)[number];
export type Tables = Readonly<Record<TableName, Table>>;

export interface Environment {
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly tables: Tables;
}

/**
 * Pages that one put may take at most: a leaf, and its split or branch. All that a transaction may take is reserved in the file
 * before: a page that lmdb 3.5.6 can not write overruns a buffer of its error message (`mdb_page_flush`) and ends the process.
 */
const pagesPerPut = 2;
/** Pages of the free list, of the tables' roots and of the position. */
const sparePages = 256;
/**
 * Address space, not memory: room for about 150 million records. lmdb grows a smaller map by mapping the file once more, and each
 * map counts as resident memory of the process.
 */
const mapBytes = 32 * 1024 ** 3;

export async function openEnvironment(folder: string): Promise<Environment> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
  if (!existsSync(lmdbFile(folder))) await checkRoom(folder);
  const root = open<Buffer, Buffer>({
    path: folder,
    // A folder name with a dot in it would be taken for a file name.
    noSubdir: false,
    maxDbs: tableNames.length,
    mapSize: mapBytes,
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  const table = (name: TableName): Table => root.openDB({ name, encoding: 'binary', keyEncoding: 'binary' });
  try {
    return {
      root,
      tables: {
        records: table('records'),
        keys: table('keys'),
        texts: table('texts'),
        subjects: table('subjects'),
        about: table('about'),
        outcomes: table('outcomes'),
        batches: table('batches'),
        erased: table('erased'),
        state: table('state'),
      },
    };
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

/** Makes room in the file for so many puts. Resolves to the file's size, which it is given the next time. */
export async function reserveRoom(
  folder: string,
  { root }: Environment,
  puts: number,
  reservedBytes: number,
): Promise<number> {
  const { lastPageNumber, pageSize } = root.getStats() as { lastPageNumber: number; pageSize: number };
  const needed = (lastPageNumber + 1 + puts * pagesPerPut + sparePages) * pageSize;
  return needed > reservedBytes ? await reserveFile(lmdbFile(folder), needed) : reservedBytes;
}

/** Waits until what was put is on disk. */
export async function closeEnvironment({ root }: Environment): Promise<void> {
  await root.flushed;
  await root.close();
}
