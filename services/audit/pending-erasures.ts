import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { storageFault } from './sealing/fault.ts';

/** Notes which keys are about to be destroyed, one empty file each: who is killed between the log and the key is finished by the next start. */
export class PendingErasures {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #decided = new Set<number>();

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  /** Durable when it resolves. AUDIT_DISK_FULL or AUDIT_LOG_FAILED if it can't be noted. */
  async begin(slot: number): Promise<void> {
    await this.#named(async () => {
      await this.#disk.makeFolder(this.#folder);
      const isThere = (await this.#disk.list(this.#folder)).includes(String(slot));
      if (!isThere) await (await this.#disk.open(join(this.#folder, String(slot)), 'create')).close();
      await this.#disk.syncFolder(this.#folder);
    });
  }

  /** The log says durably that the content under this key is erased: it counts as erased from now on, whatever becomes of the key. */
  decide(slot: number): void {
    this.#decided.add(slot);
  }

  /** Whether it counts as erased, though key or index may not show it yet. */
  isDecided(slot: number): boolean {
    return this.#decided.size > 0 && this.#decided.has(slot);
  }

  /** The key is destroyed, and the index shows it. */
  settle(slot: number): void {
    this.#decided.delete(slot);
  }

  async end(slot: number): Promise<void> {
    await this.#named(async () => {
      await this.#disk.remove(join(this.#folder, String(slot)));
      await this.#disk.syncFolder(this.#folder);
    });
  }

  async slots(): Promise<number[]> {
    return await this.#named(async () => {
      await this.#disk.makeFolder(this.#folder);
      return (await this.#disk.list(this.#folder)).filter((name) => /^[0-9]+$/.test(name)).map(Number);
    });
  }

  async #named<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageFault('the notes of erasures', this.#folder, error);
    }
  }
}
