import { dirname } from 'node:path';
import { type DiskFile, errorCode, writeFully } from '../disk.ts';
import type { PeekFile, SealingDisk } from './sealing-disk.ts';
import { destroyedSlot, slotBytes } from './slot.ts';

/** The file of slots. Calls may overlap: writes happen one after another. */
export class SlotFile {
  readonly #file: DiskFile;
  readonly #peek: PeekFile;
  readonly #slot = Buffer.alloc(slotBytes);
  #slots: number;
  #isInOrder = true;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(file: DiskFile, peek: PeekFile, slots: number) {
    this.#file = file;
    this.#peek = peek;
    this.#slots = slots;
  }

  /** Opens the file, or makes an empty one. What it holds is durable when it resolves. */
  static async open(disk: SealingDisk, path: string): Promise<SlotFile> {
    const file = await openOrCreate(disk, path);
    try {
      // A process that was killed may have left what no sync has reached.
      await file.sync();
      await disk.syncFolder(dirname(path));
      const slots = Math.ceil((await file.size()) / slotBytes);
      return new SlotFile(file, disk.openPeek(path), slots);
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  }

  /** Slots that the file has room for. */
  get slots(): number {
    return this.#slots;
  }

  /** False once a write or sync failed: what it left may read like what is durable. */
  get isInOrder(): boolean {
    return this.#isInOrder;
  }

  /** The bytes of one slot, until the next call; fewer at the end of the file. */
  peek(slot: number): Buffer {
    if (slot >= this.#slots) return this.#slot.subarray(0, 0);
    return this.#slot.subarray(0, this.#peek.peek(this.#slot, slot * slotBytes));
  }

  /** The bytes of so many slots; fewer at the end of the file. */
  async read(first: number, count: number): Promise<Buffer> {
    const bytes = Buffer.alloc(count * slotBytes);
    return await this.#inTurn(async () => bytes.subarray(0, await this.#file.read(bytes, first * slotBytes)));
  }

  /** Durable when it resolves. */
  async write(first: number, bytes: Buffer): Promise<void> {
    await this.#inTurn(async () => {
      try {
        await writeFully(this.#file, bytes, bytes.length, first * slotBytes);
        await this.#file.datasync();
      } catch (error) {
        this.#isInOrder = false;
        throw error;
      }
    });
    this.#slots = Math.max(this.#slots, first + bytes.length / slotBytes);
  }

  /** Overwrites the slot in place; durable when it resolves. */
  async destroy(slot: number): Promise<void> {
    await this.write(slot, destroyedSlot);
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      this.#peek.close();
      await this.#file.close();
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return await done;
  }
}

async function openOrCreate(disk: SealingDisk, path: string): Promise<DiskFile> {
  try {
    return await disk.open(path, 'write');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const file = await disk.open(path, 'create');
  await disk.setMode(path, 0o600);
  return file;
}
