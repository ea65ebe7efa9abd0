import { basename, dirname, relative } from 'node:path';
import type { DiskFile } from '../../../services/audit/disk.ts';
import type { PeekFile, SealingDisk } from '../../../services/audit/sealing/sealing-disk.ts';
import type { DiskState, Inode } from './disk-state.ts';
import type { Random } from './random.ts';

export type Operation =
  | 'makeFolder'
  | 'list'
  | 'create'
  | 'open'
  | 'write'
  | 'read'
  | 'datasync'
  | 'sync'
  | 'truncate'
  | 'remove'
  | 'rename'
  | 'syncFolder'
  | 'peek';

/** What becomes of an operation. */
export interface Verdict {
  /** The system's name of the failure that it ends with. */
  readonly error?: string;
  /** Whether it takes effect before it fails. */
  readonly isDone?: boolean;
  /** How much of a write takes effect, 0 to 1. */
  readonly part?: number;
  /** Called after the effect, before the answer. */
  readonly after?: () => void;
}

/** Decides about each operation; paths are relative to the disk's folder. Resolves when the operation may go on. */
export interface Gate {
  enter(operation: Operation, path: string): Promise<Verdict | undefined>;
  /** Of what can't wait. */
  peek(path: string): string | undefined;
}

const openGate: Gate = { enter: async () => undefined, peek: () => undefined };

/** A disk in memory that does what a gate says. Its paths are those of a real folder, where only locks and index are. */
export class FaultDisk implements SealingDisk {
  readonly state: DiskState;
  gate: Gate = openGate;
  /** Bytes that all files may have. */
  capacityBytes = Number.POSITIVE_INFINITY;
  /** From the end of the process on everything fails. */
  isDead = false;
  readonly #folder: string;
  readonly #random: Random;

  constructor(folder: string, state: DiskState, random: Random) {
    this.#folder = folder;
    this.state = state;
    this.#random = random;
  }

  async makeFolder(path: string): Promise<void> {
    const own = this.#own(path);
    await this.#enter('makeFolder', own, () => {
      for (let folder = own; folder !== '' && folder !== '.'; folder = dirname(folder))
        this.state.folders.add(folder);
    });
  }

  async list(path: string): Promise<string[]> {
    const own = this.#own(path);
    return await this.#enter('list', own, () => {
      this.#needFolder(own);
      return [...this.state.names.keys()]
        .filter((name) => dirname(name) === own)
        .map((name) => basename(name));
    });
  }

  async open(path: string, mode: 'create' | 'write' | 'read'): Promise<DiskFile> {
    const own = this.#own(path);
    const inode = await this.#enter(mode === 'create' ? 'create' : 'open', own, () => {
      const found = this.state.names.get(own);
      if (mode !== 'create') return found ?? fail('ENOENT');
      this.#needFolder(dirname(own));
      if (found !== undefined) fail('EEXIST');
      return this.state.create(own);
    });
    return this.#handle(own, inode);
  }

  async remove(path: string): Promise<void> {
    const own = this.#own(path);
    await this.#enter('remove', own, () => this.state.remove(own));
  }

  async rename(from: string, to: string): Promise<void> {
    const [own, ownTo] = [this.#own(from), this.#own(to)];
    await this.#enter('rename', ownTo, () => {
      if (!this.state.names.has(own)) fail('ENOENT');
      this.#needFolder(dirname(ownTo));
      this.state.rename(own, ownTo);
    });
  }

  async syncFolder(path: string): Promise<void> {
    const own = this.#own(path);
    await this.#enter('syncFolder', own, () => {
      this.#needFolder(own);
      this.state.syncFolder(own);
    });
  }

  async mode(path: string): Promise<number> {
    return (this.state.names.get(this.#own(path)) ?? fail('ENOENT')).mode;
  }

  async setMode(path: string, mode: number): Promise<void> {
    (this.state.names.get(this.#own(path)) ?? fail('ENOENT')).mode = mode;
  }

  openPeek(path: string): PeekFile {
    const own = this.#own(path);
    const inode = this.state.names.get(own) ?? fail('ENOENT');
    return {
      peek: (into, position) => {
        const error = this.isDead ? 'EIO' : this.gate.peek(own);
        if (error !== undefined) fail(error);
        return position >= inode.content.length ? 0 : inode.content.copy(into, 0, position);
      },
      close: () => {},
    };
  }

  #handle(path: string, inode: Inode): DiskFile {
    let isOpen = true;
    const enter = async <T>(operation: Operation, effect: (verdict: Verdict) => T): Promise<T> => {
      if (!isOpen) fail('EBADF');
      return await this.#enter(operation, path, effect);
    };
    const sync = (verdict: Verdict): void => {
      if (verdict.error === undefined) inode.sync();
      else inode.failSync(this.#random);
    };
    return {
      write: async (bytes, from, length, position) => {
        // The system takes the bytes when it is called.
        const given = Buffer.from(bytes.subarray(from, from + length));
        return await enter('write', ({ part = 1 }) => {
          const grows = Math.max(0, position + length - inode.content.length);
          const room = this.capacityBytes - this.state.usedBytes() + length - grows;
          const count = Math.min(Math.ceil(length * part), Math.max(0, room));
          inode.write(given.subarray(0, count), position);
          if (count === 0 && length > 0) fail('ENOSPC');
          return count;
        });
      },
      read: async (into, position) =>
        await enter('read', () =>
          position >= inode.content.length ? 0 : inode.content.copy(into, 0, position),
        ),
      datasync: async () => await enter('datasync', sync),
      sync: async () => await enter('sync', sync),
      truncate: async (size) => await enter('truncate', () => inode.truncate(size)),
      size: async () => inode.content.length,
      close: async () => {
        isOpen = false;
      },
    };
  }

  async #enter<T>(operation: Operation, path: string, effect: (verdict: Verdict) => T): Promise<T> {
    if (this.isDead) fail('EIO');
    const verdict = (await this.gate.enter(operation, path)) ?? {};
    if (this.isDead) fail('EIO');
    const isSync = operation === 'sync' || operation === 'datasync';
    if (verdict.error !== undefined && verdict.isDone !== true && !isSync) fail(verdict.error);
    const result = effect(verdict);
    verdict.after?.();
    if (this.isDead) fail('EIO');
    if (verdict.error !== undefined) fail(verdict.error);
    return result;
  }

  #needFolder(folder: string): void {
    if (folder !== '.' && folder !== '' && !this.state.folders.has(folder)) fail('ENOENT');
  }

  #own(path: string): string {
    return relative(this.#folder, path) || '.';
  }
}

function fail(code: string): never {
  throw Object.assign(new Error(`${code}: injected`), { code });
}
