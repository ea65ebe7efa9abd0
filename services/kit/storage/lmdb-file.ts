import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** The file that LMDB keeps an environment in. */
export function lmdbFile(folder: string): string {
  return join(folder, 'data.mdb');
}

/*
 * The meta pages of an LMDB data file (mdb.c, MDB_page_header and MDB_meta of lmdb 3.5, 64 bit little-endian): the first two
 * pages of 4 KiB each have at 24 a magic number, at 28 the format's version, at 48 the page size, at 144 the last page in use, at 152
 * the transaction.
 */
const magic = 0xbeefc0de;
const formatVersion = 2;
const metaPages = 2;
const headerBytes = 160;
const defaultPageBytes = 4096;

/**
 * Why the LMDB data file in this folder can't be opened without ending the process: the library maps the file and trusts it, so that
 * rubbish is a segmentation fault and a file cut short a bus error. Undefined if nothing is wrong, or there is none yet.
 */
export async function lmdbFileFault(folder: string): Promise<string | undefined> {
  const file = await open(lmdbFile(folder), 'r').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    if (size === 0) return undefined;
    const first = Buffer.alloc(headerBytes);
    await file.read(first, 0, headerBytes, 0);
    const cutShort = `it was cut short, to ${size} bytes`;
    if (size < headerBytes) return cutShort;
    if (first.readUInt32LE(24) !== magic) return 'it is no LMDB file';
    const version = first.readUInt32LE(28);
    if (version !== formatVersion) return `its format is ${version}, not ${formatVersion}`;
    const told = first.readUInt32LE(48);
    const pageBytes = told >= 512 && told <= 65_536 ? told : defaultPageBytes;
    if (size < metaPages * pageBytes) return cutShort;
    const second = Buffer.alloc(headerBytes);
    await file.read(second, 0, headerBytes, pageBytes);
    if (second.readUInt32LE(24) !== magic) return 'its second page is damaged';
    const newest = second.readBigUInt64LE(152) > first.readBigUInt64LE(152) ? second : first;
    return (newest.readBigUInt64LE(144) + 1n) * BigInt(pageBytes) > BigInt(size) ? cutShort : undefined;
  } finally {
    await file.close();
  }
}
