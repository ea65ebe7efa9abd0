import { createHash } from 'node:crypto';
import { mkdir, open, readdir } from 'node:fs/promises';
import { MeshError } from '../../../kit/errors/mesh-error.ts';
import { errorCode } from '../../disk.ts';

const chunkBytes = 4 * 1024 * 1024;

/** What was copied. */
export interface Copied {
  readonly sizeBytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Copies the first bytes of a file to a new one, durably but for its name. Fewer if the file has fewer. */
export async function copyBytes(from: string, to: string, most = Number.POSITIVE_INFINITY): Promise<Copied> {
  const source = await open(from, 'r');
  try {
    const target = await open(to, 'wx', 0o640);
    try {
      const hash = createHash('sha256');
      const chunk = Buffer.allocUnsafeSlow(chunkBytes);
      let at = 0;
      while (at < most) {
        const { bytesRead } = await source.read(chunk, 0, Math.min(chunkBytes, most - at), at);
        if (bytesRead === 0) break;
        const read = chunk.subarray(0, bytesRead);
        hash.update(read);
        await target.writeFile(read);
        at += bytesRead;
      }
      await target.sync();
      return { sizeBytes: at, sha256: hash.digest('hex') };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Of a file its content, of a folder its names. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a folder that is not there or is empty. CONFIG_INVALID if it is not. */
export async function makeEmptyFolder(folder: string, what: string, mode = 0o750): Promise<void> {
  const [found] = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  if (found !== undefined)
    throw new MeshError(
      'CONFIG_INVALID',
      `can't ${what} ${folder}: it is not empty (${found} is in it); name a new folder`,
    );
  await mkdir(folder, { recursive: true, mode });
}
