import { dirname } from 'node:path';
import type { PeekFile, SealingDisk } from '../../../services/audit/sealing/sealing-disk.ts';
import { MemoryDisk, systemError } from '../memory-disk.ts';

/** A memory disk with what keys and payloads need beyond the log's needs. */
export class SealingMemoryDisk extends MemoryDisk implements SealingDisk {
  readonly modes = new Map<string, number>();
  /** Fails the next peeks. */
  peekFault: string | undefined;

  async rename(from: string, to: string): Promise<void> {
    await this.before('create', to);
    const file = this.files.get(from);
    if (file === undefined) throw systemError('ENOENT');
    this.files.delete(from);
    this.files.set(to, file);
    this.modes.set(to, await this.mode(from));
  }

  async mode(path: string): Promise<number> {
    return this.modes.get(path) ?? 0o640;
  }

  async setMode(path: string, mode: number): Promise<void> {
    this.modes.set(path, mode);
  }

  openPeek(path: string): PeekFile {
    const file = this.files.get(path);
    if (file === undefined) throw systemError('ENOENT');
    return {
      peek: (into, position) => {
        if (this.peekFault !== undefined) throw systemError(this.peekFault);
        return position >= file.content.length ? 0 : file.content.copy(into, 0, position);
      },
      close: () => {},
    };
  }

  /** Of names that no folder sync has reached, those that `isKept` picks are there too. */
  override afterPowerFailure(isKept: () => boolean = () => false): SealingMemoryDisk {
    const after = this.#adopt(super.afterPowerFailure(isKept));
    for (const [name, { durable }] of this.files)
      if (!after.files.has(name) && isKept()) after.put(name, durable);
    return after;
  }

  override afterKill(): SealingMemoryDisk {
    return this.#adopt(super.afterKill());
  }

  /** Names in the folder and those below it. */
  below(folder: string): string[] {
    return [...this.files.keys()].filter((name) => `${dirname(name)}/`.startsWith(`${folder}/`));
  }

  #adopt(disk: MemoryDisk): SealingMemoryDisk {
    const adopted = new SealingMemoryDisk();
    for (const [name, { content }] of disk.files) adopted.put(name, content);
    for (const [name, mode] of this.modes) adopted.modes.set(name, mode);
    return adopted;
  }
}
