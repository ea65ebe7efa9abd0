import { close, constants, fdatasync, fstat, fsync, ftruncate, open, read, write } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** What the log needs of a file system. Failures are the system's errors with their `code`. */
export interface Disk {
  /** Makes the folder and those above it, durably; nothing if it is there. */
  makeFolder(path: string): Promise<void>;
  /** Names in the folder, in any order. */
  list(path: string): Promise<string[]>;
  /** `create` fails with EEXIST if it is there; the others fail with ENOENT if it is not. */
  open(path: string, mode: 'create' | 'write' | 'read'): Promise<DiskFile>;
  /** Nothing if it is not there. */
  remove(path: string): Promise<void>;
  /** Names made or removed in the folder are durable when it resolves. */
  syncFolder(path: string): Promise<void>;
}

/** An open file. One call at a time. */
export interface DiskFile {
  /** Writes `length` bytes of `bytes` from `from` on. Resolves to how many were written, which may be fewer. */
  write(bytes: Buffer, from: number, length: number, position: number): Promise<number>;
  /** Fills the buffer from `position` on. Resolves to how many bytes were read, fewer only at the end of the file. */
  read(into: Buffer, position: number): Promise<number>;
  /** What was written, and the size, are durable when it resolves. After a failure nothing is known about either. */
  datasync(): Promise<void>;
  /** As datasync, and everything else about the file. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  size(): Promise<number>;
  /** Idempotent; every other call fails afterwards. */
  close(): Promise<void>;
}

// Each write waits for the disk itself: one trip to the thread pool for a commit instead of two, at half the time.
const synced = constants.O_RDWR | (constants.O_DSYNC ?? 0);
const writesSync = constants.O_DSYNC !== undefined;
const flags = {
  create: synced | constants.O_CREAT | constants.O_EXCL,
  write: synced,
  read: constants.O_RDONLY,
} as const;

/** The file system of this host. */
export function realDisk(): Disk {
  const openFile = async (path: string, flag: number): Promise<number> =>
    await new Promise((done, fail) => open(path, flag, 0o640, settle(done, fail)));
  const syncFolder = async (path: string): Promise<void> => {
    const folder = realFile(await openFile(path, flags.read), false);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  };
  return {
    makeFolder: async (path) => {
      const first = await mkdir(path, { recursive: true, mode: 0o750 });
      if (first === undefined) return;
      const above = dirname(resolve(first));
      for (let made = resolve(path); made !== above; made = dirname(made)) await syncFolder(dirname(made));
    },
    list: async (path) => await readdir(path),
    open: async (path, mode) => realFile(await openFile(path, flags[mode]), writesSync && mode !== 'read'),
    remove: async (path) => await rm(path, { force: true }),
    syncFolder,
  };
}

function realFile(opened: number, isSynced: boolean): DiskFile {
  // A closed descriptor's number is soon another file's: it is forgotten at once.
  let fd = opened;
  // Promises around the callbacks: FileHandle costs several times as much on the commit path.
  return {
    write: (bytes, from, length, position) =>
      new Promise((resolve, reject) => write(fd, bytes, from, length, position, settle(resolve, reject))),
    read: async (into, position) => {
      let filled = 0;
      while (filled < into.length) {
        const count = await new Promise<number>((resolve, reject) =>
          read(fd, into, filled, into.length - filled, position + filled, settle(resolve, reject)),
        );
        if (count === 0) break;
        filled += count;
      }
      return filled;
    },
    datasync: () =>
      isSynced ? Promise.resolve() : new Promise((resolve, reject) => fdatasync(fd, settle(resolve, reject))),
    sync: () => new Promise((resolve, reject) => fsync(fd, settle(resolve, reject))),
    truncate: (size) => new Promise((resolve, reject) => ftruncate(fd, size, settle(resolve, reject))),
    size: async () => (await new Promise<{ size: number }>((s, f) => fstat(fd, settle(s, f)))).size,
    close: async () => {
      if (fd === -1) return;
      const last = fd;
      fd = -1;
      await new Promise<void>((resolve, reject) => close(last, settle(resolve, reject)));
    },
  };
}

function settle<T>(
  resolve: (value: T) => void,
  reject: (error: Error) => void,
): (error: Error | null, value?: T) => void {
  return (error, value) => {
    if (error === null || error === undefined) resolve(value as T);
    else reject(error);
  };
}

/** Writes all of it, however many writes that takes. */
export async function writeFully(
  file: DiskFile,
  bytes: Buffer,
  length: number,
  position: number,
): Promise<void> {
  let written = 0;
  while (written < length) {
    const count = await file.write(bytes, written, length - written, position + written);
    if (count <= 0) throw Object.assign(new Error('write: nothing was written'), { code: 'EIO' });
    written += count;
  }
}

/** Whether an error says that there is no room left on the device or in the quota. */
export function isDiskFull(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** The system's name of a failure, e.g. "EIO"; the message where there is none. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.message;
}
