import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import { retryAfterFaultMs, sealingQueueFull, storageFault } from './fault.ts';
import { nonceBytes } from './gcm.ts';
import { readSlot, slotBytes, subjectKeyBytes, writeSlot } from './slot.ts';
import type { SlotFile } from './slot-file.ts';

export interface ReserveOptions {
  readonly file: SlotFile;
  readonly storeKey: Buffer;
  readonly folder: string;
  readonly log: Log;
  /** What stands in the file may not be durable: it is written again before it is handed out. */
  readonly isUncertain: boolean;
}

/** Slots that are written with one sync: 64 KiB. */
const blockSlots = 1024;
/** Slots that are kept ready: 0.4 s of 20,000 new subjects a second, longer than a busy disk takes for a block. */
const readySlots = 8 * blockSlots;
/** Slots that are made in one turn of the event loop: about 0.3 ms. */
const turnSlots = 64;

interface Block {
  /** Rising. */
  readonly slots: readonly number[];
  /** Their keys one after another. */
  readonly keys: Buffer;
  taken: number;
}

interface LoadedBlock extends Block {
  /** The slot after it. */
  readonly next: number;
}

/**
 * Keys that are durable and that nobody has yet. Blocks are first what the file holds beyond the last used slot, then new ones at its
 * end; what of a block can't be read (a torn write) is passed over, never written again.
 */
export class Reserve {
  readonly #options: ReserveOptions;
  readonly #blocks: Block[] = [];
  /** The next slot that goes into a block. */
  #next = 1;
  /** Slots up to this one are in use. */
  #usedUpTo = 0;
  #ready = 0;
  #filling: Promise<void> | undefined;
  #fault: MeshError | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;
  #waiters: (() => void)[] = [];

  constructor(options: ReserveOptions) {
    this.#options = options;
  }

  /** The highest slot that was handed out or told to be in use. */
  get usedUpTo(): number {
    return this.#usedUpTo;
  }

  /** Slots up to this one are in use, and never handed out. */
  skipTo(slot: number): void {
    if (slot <= this.#usedUpTo) return;
    this.#usedUpTo = slot;
    this.#next = Math.max(this.#next, slot + 1);
    for (let first = this.#first(); first !== undefined && first <= slot; first = this.#first())
      this.#shift();
  }

  /** The next slot, and its key. QUEUE_FULL if none is ready yet, or the fault of the disk. Never waits. */
  take(): { readonly slot: number; readonly key: Buffer } {
    const slot = this.#first();
    if (slot === undefined) {
      this.#fill();
      throw this.#fault ?? sealingQueueFull('more new data subjects come than keys can be made durable for');
    }
    const key = this.#shift();
    this.#usedUpTo = slot;
    this.#fill();
    return { slot, key };
  }

  /** Resolves when more are ready, or when none could be made. */
  async refilled(): Promise<void> {
    if (this.#first() !== undefined) return;
    const more = new Promise<void>((resolve) => this.#waiters.push(resolve));
    this.#fill();
    if (this.#filling !== undefined) await more;
  }

  #tellWaiters(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const tell of waiters) tell();
  }

  #first(): number | undefined {
    const block = this.#blocks[0];
    return block?.slots[block.taken];
  }

  /** The first slot's key, which nothing else has any more. */
  #shift(): Buffer {
    const [block] = this.#blocks;
    if (block === undefined) throw new Error('the reserve of keys is empty');
    const at = block.taken * subjectKeyBytes;
    const key = Buffer.from(block.keys.subarray(at, at + subjectKeyBytes));
    block.keys.fill(0, at, at + subjectKeyBytes);
    block.taken++;
    this.#ready--;
    if (block.taken === block.slots.length) this.#blocks.shift();
    return key;
  }

  /** One block at least is ready when it resolves. */
  async prepare(): Promise<void> {
    while (this.#ready === 0) await this.#addBlock();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#filling;
    for (const block of this.#blocks) block.keys.fill(0);
    this.#blocks.length = 0;
  }

  #fill(): void {
    const needsMore = this.#ready <= readySlots - blockSlots;
    if (!needsMore || this.#filling !== undefined || this.#fault !== undefined || this.#isClosed) return;
    this.#filling = this.#addBlocks().finally(() => {
      this.#filling = undefined;
      this.#tellWaiters();
    });
  }

  async #addBlocks(): Promise<void> {
    try {
      while (this.#ready <= readySlots - blockSlots && !this.#isClosed) await this.#addBlock();
    } catch (error) {
      this.#meetFailure(error);
    }
  }

  #meetFailure(error: unknown): void {
    const { folder, log } = this.#options;
    const isFirst = this.#fault === undefined;
    this.#fault = storageFault('the keys of data subjects', folder, error);
    if (isFirst) log.error('no new keys can be made for data subjects', { error: this.#fault });
    this.#retry = setTimeout(() => {
      this.#fault = undefined;
      this.#fill();
    }, retryAfterFaultMs).unref();
  }

  async #addBlock(): Promise<void> {
    const first = this.#next;
    const stored = this.#options.file.slots - first;
    // Blocks end where pages of the file do.
    const count = blockSlots - (first % blockSlots);
    const block =
      stored > 0 ? await this.#load(first, Math.min(stored, count)) : await this.#make(first, count);
    this.#next = Math.max(this.#next, block.next);
    // Meanwhile more may have been told to be in use.
    while ((block.slots[block.taken] ?? Number.POSITIVE_INFINITY) <= this.#usedUpTo) block.taken++;
    const left = block.slots.length - block.taken;
    if (left === 0) return;
    this.#blocks.push(block);
    this.#ready += left;
    this.#tellWaiters();
  }

  async #load(first: number, count: number): Promise<LoadedBlock> {
    const { file, isUncertain, storeKey } = this.#options;
    const bytes = await file.read(first, count);
    // After a failed sync no other sync writes what is in memory.
    if (isUncertain) await file.write(first, bytes.subarray(0, bytes.length - (bytes.length % slotBytes)));
    const slots: number[] = [];
    const keys = Buffer.allocUnsafeSlow(count * subjectKeyBytes);
    for (let n = 0; n < count; n++) {
      const key = readSlot(bytes, n * slotBytes, first + n, storeKey);
      if (key instanceof Buffer) {
        keys.set(key, slots.length * subjectKeyBytes);
        key.fill(0);
        slots.push(first + n);
      }
      if (n % turnSlots === turnSlots - 1) await setImmediate();
    }
    return { slots, keys, taken: 0, next: first + count };
  }

  /** A new block; durable when it resolves. */
  async #make(first: number, count: number): Promise<LoadedBlock> {
    const { file, storeKey } = this.#options;
    const bytes = Buffer.alloc(count * slotBytes);
    const keys = Buffer.from(randomBytes(count * subjectKeyBytes));
    const nonces = randomBytes(count * nonceBytes);
    const slots: number[] = [];
    for (let n = 0; n < count; n++) {
      const key = keys.subarray(n * subjectKeyBytes, (n + 1) * subjectKeyBytes);
      const nonce = nonces.subarray(n * nonceBytes, (n + 1) * nonceBytes);
      writeSlot(bytes, n * slotBytes, first + n, storeKey, nonce, key);
      slots.push(first + n);
      if (n % turnSlots === turnSlots - 1) await setImmediate();
    }
    await file.write(first, bytes);
    return { slots, keys, taken: 0, next: first + count };
  }
}
