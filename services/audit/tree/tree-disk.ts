import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Disk, errorCode, realDisk, writeFully } from '../disk.ts';

/** What the tree needs of a file system. */
export interface TreeDisk extends Disk {
  /** Replaces what is there under the new name. Durable once the folder is synced. */
  rename(from: string, to: string): Promise<void>;
}

/** The file system of this host. */
export function realTreeDisk(): TreeDisk {
  return { ...realDisk(), rename };
}

/** Bytes of a file; undefined if it is not there. Reads at most one byte more than `maxBytes`. */
export async function readSmallFile(disk: Disk, path: string, maxBytes: number): Promise<Buffer | undefined> {
  try {
    const file = await disk.open(path, 'read');
    try {
      const bytes = Buffer.allocUnsafeSlow(maxBytes + 1);
      return bytes.subarray(0, await file.read(bytes, 0));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file under a temporary name, durably, and renames it. The name is durable once the folder is synced. */
export async function replaceFile(disk: TreeDisk, path: string, bytes: Buffer): Promise<void> {
  const unfinished = `${path}.new`;
  const file = await createAnew(disk, unfinished);
  try {
    await writeFully(file, bytes, bytes.length, 0);
    await file.datasync();
    await file.close();
    await disk.rename(unfinished, path);
  } catch (error) {
    await file.close().catch(() => {});
    await disk.remove(unfinished).catch(() => {});
    throw error;
  }
}

/** As replaceFile, and the name is durable too. */
export async function replaceFileDurably(disk: TreeDisk, path: string, bytes: Buffer): Promise<void> {
  await replaceFile(disk, path, bytes);
  await disk.syncFolder(dirname(path));
}

async function createAnew(disk: TreeDisk, path: string): ReturnType<Disk['open']> {
  try {
    return await disk.open(path, 'create');
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    // A kill left it.
    await disk.remove(path);
    return await disk.open(path, 'create');
  }
}
