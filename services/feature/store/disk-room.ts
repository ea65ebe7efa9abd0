import { statfsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { reserveFile } from '../../kit/storage/file-room.ts';
import { lmdbFile } from '../../kit/storage/lmdb-file.ts';

/**
 * Free space beyond what a write needs, above which other processes are not expected to fill the disk in the middle of it. Then room is
 * only looked for, not taken.
 */
const plentyBytes = 1024 ** 3;
/** Room is taken in steps, so that small writes rarely pay for it. */
const stepBytes = 1024 ** 2;

/**
 * Sees to it that a write finds room on the disk: a page that lmdb 3.5.6 can not write overruns a buffer of its error message
 * (`mdb_page_flush`) and may end the process.
 */
export class DiskRoom {
  readonly #path: string;
  readonly #folder: string;
  readonly #limited: boolean;
  #reservedBytes = 0;

  constructor(folder: string, limited: boolean) {
    this.#folder = folder;
    this.#path = lmdbFile(folder);
    this.#limited = limited;
  }

  /** There is room for the file to have this size, or it fails with the system's error. 3 us unless the disk is nearly full. */
  async ensure(sizeBytes: number): Promise<void> {
    if (sizeBytes <= this.#reservedBytes) return;
    if (!this.#limited && this.#freeBytes() > sizeBytes - statSync(this.#path).size + plentyBytes) return;
    this.#reservedBytes = await reserveFile(this.#path, Math.ceil(sizeBytes / stepBytes) * stepBytes);
  }

  #freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.#folder);
    return bavail * bsize;
  }
}

/** Whether files of this process may not grow beyond some size, which free space does not tell. */
export async function hasFileSizeLimit(): Promise<boolean> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = /^Max file size\s+(\S+)/m.exec(limits)?.[1];
  return soft !== undefined && soft !== 'unlimited';
}
