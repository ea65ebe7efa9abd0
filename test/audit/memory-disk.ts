import { dirname } from 'node:path';
import type { Disk, DiskFile } from '../../services/audit/disk.ts';

export type Operation =
  | 'create'
  | 'open'
  | 'write'
  | 'read'
  | 'datasync'
  | 'sync'
  | 'truncate'
  | 'remove'
  | 'syncFolder';

interface MemoryFile {
  /** What a reader sees. */
  content: Buffer;
  /** What a power failure leaves. */
  durable: Buffer;
}

const pageBytes = 512;

/** A disk that forgets in a power failure what was not synced, and that fails where a test wants it to. */
export class MemoryDisk implements Disk {
  readonly files = new Map<string, MemoryFile>();
  readonly #durableNames = new Map<string, MemoryFile>();
  /** Bytes that all files may have; beyond it a write is short, and the next fails with ENOSPC. */
  capacityBytes = Number.POSITIVE_INFINITY;
  /** Bytes that one write takes at most. */
  maxWriteBytes = Number.POSITIVE_INFINITY;
  /** Called before each operation; throws or rejects to fail it. */
  before: (operation: Operation, path: string) => void | Promise<void> = () => {};

  async makeFolder(): Promise<void> {}

  async list(path: string): Promise<string[]> {
    return [...this.files.keys()]
      .filter((name) => dirname(name) === path)
      .map((name) => name.slice(path.length + 1));
  }

  async open(path: string, mode: 'create' | 'write' | 'read'): Promise<DiskFile> {
    await this.before(mode === 'create' ? 'create' : 'open', path);
    let file = this.files.get(path);
    if (mode === 'create') {
      if (file !== undefined) throw systemError('EEXIST');
      file = { content: Buffer.alloc(0), durable: Buffer.alloc(0) };
      this.files.set(path, file);
    }
    if (file === undefined) throw systemError('ENOENT');
    return this.#handle(path, file);
  }

  async remove(path: string): Promise<void> {
    await this.before('remove', path);
    this.files.delete(path);
  }

  async syncFolder(path: string): Promise<void> {
    await this.before('syncFolder', path);
    for (const name of this.#durableNames.keys()) if (dirname(name) === path) this.#durableNames.delete(name);
    for (const [name, file] of this.files) if (dirname(name) === path) this.#durableNames.set(name, file);
  }

  get usedBytes(): number {
    let used = 0;
    for (const file of this.files.values()) used += file.content.length;
    return used;
  }

  /** The disk after a power failure: of what was not synced only the pages that `isKept` picks reached it. */
  afterPowerFailure(isKept: () => boolean = () => false): MemoryDisk {
    const after = new MemoryDisk();
    for (const [name, { content, durable }] of this.#durableNames) {
      const left = Buffer.from(durable);
      const grown = Buffer.alloc(Math.max(content.length, left.length));
      left.copy(grown);
      let end = left.length;
      for (let page = 0; page < content.length; page += pageBytes) {
        if (!isKept()) continue;
        content.copy(grown, page, page, page + pageBytes);
        end = Math.max(end, Math.min(page + pageBytes, content.length));
      }
      after.put(name, grown.subarray(0, end));
    }
    return after;
  }

  /** The disk after the process was killed: what was written is there. */
  afterKill(): MemoryDisk {
    const after = new MemoryDisk();
    for (const [name, { content }] of this.files) after.put(name, content);
    return after;
  }

  /** The same files under another folder. */
  movedTo(folder: string, from: string): MemoryDisk {
    const moved = new MemoryDisk();
    for (const [name, { content }] of this.files) moved.put(folder + name.slice(from.length), content);
    return moved;
  }

  /** Sets a file's content, durably. */
  put(name: string, content: Buffer): void {
    const file = { content: Buffer.from(content), durable: Buffer.from(content) };
    this.files.set(name, file);
    this.#durableNames.set(name, file);
  }

  content(name: string): Buffer {
    const file = this.files.get(name);
    if (file === undefined) throw systemError('ENOENT');
    return file.content;
  }

  #handle(path: string, file: MemoryFile): DiskFile {
    let isOpen = true;
    const enter = async (operation: Operation): Promise<void> => {
      if (!isOpen) throw systemError('EBADF');
      await this.before(operation, path);
    };
    return {
      write: async (bytes, from, length, position) => {
        await enter('write');
        const end = position + length;
        const room = this.capacityBytes - this.usedBytes + Math.max(0, file.content.length - position);
        const count = Math.min(length, this.maxWriteBytes, Math.max(0, room));
        if (count === 0 && length > 0) throw systemError('ENOSPC');
        if (position + count > file.content.length) {
          const grown = Buffer.alloc(position + count);
          file.content.copy(grown);
          file.content = grown;
        }
        bytes.copy(file.content, position, from, from + Math.min(count, end - position));
        return count;
      },
      read: async (into, position) => {
        await enter('read');
        return file.content.copy(into, 0, position);
      },
      datasync: async () => {
        await enter('datasync');
        file.durable = Buffer.from(file.content);
      },
      sync: async () => {
        await enter('sync');
        file.durable = Buffer.from(file.content);
      },
      truncate: async (size) => {
        await enter('truncate');
        file.content = Buffer.from(file.content.subarray(0, size));
      },
      size: async () => file.content.length,
      close: async () => {
        isOpen = false;
      },
    };
  }
}

/** Holds the next operation of this kind until it is let go or failed. */
export function holdNext(
  disk: MemoryDisk,
  operation: Operation,
): { readonly reached: Promise<void>; readonly letGo: () => void; readonly fail: (code: string) => void } {
  let letGo = (): void => {};
  let fail = (_: string): void => {};
  const held = new Promise<void>((resolve, reject) => {
    letGo = resolve;
    fail = (code) => reject(systemError(code));
  });
  const reached = new Promise<void>((resolve) => {
    disk.before = (each) => {
      if (each !== operation) return undefined;
      disk.before = () => {};
      resolve();
      return held;
    };
  });
  return { reached, letGo: () => letGo(), fail: (code) => fail(code) };
}

/** Fails the next operation of this kind. */
export function failNext(disk: MemoryDisk, operation: Operation, code: string): void {
  disk.before = (each) => {
    if (each !== operation) return;
    disk.before = () => {};
    throw systemError(code);
  };
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}
