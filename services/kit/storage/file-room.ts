import { open } from 'node:fs/promises';

/** Written at once: large enough to be cheap, small enough not to hold a thread for long. */
const stepBytes = 1024 * 1024;

/**
 * Makes the file at least `sizeBytes` long with room that is really there: zeros are written, because a hole would be filled
 * later. If there is not enough room it fails with ENOSPC or EDQUOT and leaves the file as it was. Resolves to the file's size.
 */
export async function reserveFile(path: string, sizeBytes: number): Promise<number> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    if (size >= sizeBytes) return size;
    const zeros = Buffer.alloc(Math.min(stepBytes, sizeBytes - size));
    try {
      for (let at = size; at < sizeBytes; ) {
        const { bytesWritten } = await file.write(zeros, 0, Math.min(zeros.length, sizeBytes - at), at);
        at += bytesWritten;
      }
    } catch (error) {
      await file.truncate(size);
      throw error;
    }
    return sizeBytes;
  } finally {
    await file.close();
  }
}
