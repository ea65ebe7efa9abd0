import { open } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * The meta pages of an LMDB data file (mdb.c, MDB_page_header and MDB_meta of lmdb 3.5, 64 bit little-endian): the first two
 * pages of 4 KiB each have at 24 a magic number, at 48 the page size, at 144 the last page in use, at 152 the transaction.
 */
const magic = 0xbeefc0de;
const metaPages = 2;
const defaultPageBytes = 4096;

/**
 * Whether an LMDB data file in this folder can be opened without ending the process: the library maps the file and trusts it, so
 * that rubbish is a segmentation fault and a file cut short a bus error. True if there is none yet.
 */
export async function isSoundEnvironment(folder: string): Promise<boolean> {
  const file = await open(join(folder, 'data.mdb'), 'r').catch(() => undefined);
  if (file === undefined) return true;
  try {
    const { size } = await file.stat();
    if (size === 0) return true;
    const pageBytes = await readPageBytes(file);
    let newest = { transaction: -1n, lastPage: 0n };
    for (let page = 0; page < metaPages; page++) {
      const meta = Buffer.alloc(160);
      await file.read(meta, 0, meta.length, page * pageBytes);
      if (meta.readUInt32LE(24) !== magic) return false;
      const transaction = meta.readBigUInt64LE(152);
      if (transaction > newest.transaction) newest = { transaction, lastPage: meta.readBigUInt64LE(144) };
    }
    return (newest.lastPage + 1n) * BigInt(pageBytes) <= BigInt(size);
  } finally {
    await file.close();
  }
}

/** The page size that the first meta page tells; the default where it tells none that can be true. */
async function readPageBytes(file: Awaited<ReturnType<typeof open>>): Promise<number> {
  const field = Buffer.alloc(4);
  await file.read(field, 0, 4, 48);
  const told = field.readUInt32LE(0);
  return told >= 512 && told <= 65_536 ? told : defaultPageBytes;
}
