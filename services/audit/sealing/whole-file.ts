import { basename, dirname, join } from 'node:path';
import { errorCode, writeFully } from '../disk.ts';
import type { SealingDisk } from './sealing-disk.ts';

/** All of the file; undefined if there is none. */
export async function readWhole(disk: SealingDisk, path: string): Promise<Buffer | undefined> {
  try {
    const file = await disk.open(path, 'read');
    try {
      const bytes = Buffer.allocUnsafeSlow(await file.size());
      return bytes.subarray(0, bytes.length === 0 ? 0 : await file.read(bytes, 0));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes a file that only its owner may read: all of it durable when it resolves, or nothing that anyone would take for it. */
export async function writePrivate(disk: SealingDisk, path: string, bytes: Buffer): Promise<void> {
  const draft = join(dirname(path), `${basename(path)}.tmp`);
  await disk.remove(draft);
  const file = await disk.open(draft, 'create');
  try {
    await disk.setMode(draft, 0o600);
    await writeFully(file, bytes, bytes.length, 0);
    await file.datasync();
    await file.sync();
    await file.close();
    await disk.rename(draft, path);
  } catch (error) {
    await file.close().catch(() => {});
    await disk.remove(draft).catch(() => {});
    throw error;
  }
  await disk.syncFolder(dirname(path));
}
