import { join } from 'node:path';
import type { Disk } from './disk.ts';

/** Notes which keys are about to be destroyed, one empty file each: who is killed between the log and the key is finished by the next start. */
export class PendingErasures {
  readonly #disk: Disk;
  readonly #folder: string;

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  /** Durable when it resolves. */
  async begin(slot: number): Promise<void> {
    await this.#disk.makeFolder(this.#folder);
    const isThere = (await this.#disk.list(this.#folder)).includes(String(slot));
    if (!isThere) await (await this.#disk.open(join(this.#folder, String(slot)), 'create')).close();
    await this.#disk.syncFolder(this.#folder);
  }

  async end(slot: number): Promise<void> {
    await this.#disk.remove(join(this.#folder, String(slot)));
    await this.#disk.syncFolder(this.#folder);
  }

  async slots(): Promise<number[]> {
    await this.#disk.makeFolder(this.#folder);
    return (await this.#disk.list(this.#folder)).filter((name) => /^[0-9]+$/.test(name)).map(Number);
  }
}
