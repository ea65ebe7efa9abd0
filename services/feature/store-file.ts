import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../kit/errors/mesh-error.ts';

/** The file that LMDB keeps an environment in. */
export function storeFile(folder: string): string {
  return join(folder, 'data.mdb');
}

/** Where the library's LMDB has its magic number, format version and page size in the first page (struct MDB_meta). */
const magicOffset = 24;
const pageSizeOffset = 48;
const headerBytes = 52;
const magic = 0xbeefc0de;
const formatVersion = 2;

/**
 * Fails with STATE_CORRUPT if the folder has a file that is no LMDB environment or was cut short in its first pages: the
 * library would not refuse it, but take the process down.
 */
export async function checkStoreFile(folder: string): Promise<void> {
  const path = storeFile(folder);
  const sizeBytes = await sizeOf(path);
  if (sizeBytes === 0) return;
  const file = await open(path, 'r');
  try {
    const header = Buffer.alloc(headerBytes);
    await file.read(header, 0, headerBytes, 0);
    const cutShort = `it was cut short, to ${sizeBytes} bytes`;
    if (sizeBytes < headerBytes) throw corrupt(path, cutShort);
    if (header.readUInt32LE(magicOffset) !== magic) throw corrupt(path, 'it is no LMDB file');
    const version = header.readUInt32LE(magicOffset + 4);
    if (version !== formatVersion) throw corrupt(path, `its format is ${version}, not ${formatVersion}`);
    if (sizeBytes < 2 * header.readUInt32LE(pageSizeOffset)) throw corrupt(path, cutShort);
  } finally {
    await file.close();
  }
}

/** The error for a store that can't be read. */
export function corrupt(path: string, why: string, cause?: unknown): MeshError {
  return new MeshError(
    'STATE_CORRUPT',
    `the feature store ${path} can't be opened: ${why}; restore it from a copy, or move it away and ingest again`,
    {},
    cause,
  );
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
