import { closeSync, openSync, readSync } from 'node:fs';
import { chmod, rename, stat } from 'node:fs/promises';
import { type Disk, realDisk } from '../disk.ts';

/** What keys and payloads need of a file system beyond the log's needs. */
export interface SealingDisk extends Disk {
  /** Gives the file another name, in place of what had it. Durable after syncFolder of both folders. */
  rename(from: string, to: string): Promise<void>;
  /** Permission bits; those of the owner alone where the system knows none. */
  mode(path: string): Promise<number>;
  setMode(path: string, mode: number): Promise<void>;
  openPeek(path: string): PeekFile;
}

/** Reads that don't wait for a turn of the event loop: about 2 us of what the system has in memory. */
export interface PeekFile {
  /** Resolves to how many bytes were read, fewer only at the end of the file. */
  peek(into: Buffer, position: number): number;
  close(): void;
}

const permissionBits = 0o777;
const ownerOnly = 0o600;

/** The file system of this host. */
export function realSealingDisk(): SealingDisk {
  const hasModes = process.platform !== 'win32';
  return {
    ...realDisk(),
    rename,
    mode: async (path) => (hasModes ? (await stat(path)).mode & permissionBits : ownerOnly),
    setMode: chmod,
    openPeek: (path) => {
      let fd = openSync(path, 'r');
      return {
        peek: (into, position) => readSync(fd, into, 0, into.length, position),
        close: () => {
          if (fd === -1) return;
          const last = fd;
          fd = -1;
          closeSync(last);
        },
      };
    },
  };
}
