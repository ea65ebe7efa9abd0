import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { FolderLock } from '../lock.ts';
import { storageFault } from './fault.ts';
import { hmacBytes, hmacInto, hmacRoomBytes } from './hmac.ts';
import type { KeyStore, KeyStoreOptions, SlotState } from './key-store.ts';
import { RecentMap } from './recent-map.ts';
import type { Reserve } from './reserve.ts';
import { readSlot, type SlotContent, subjectlessSlot } from './slot.ts';
import type { SlotFile } from './slot-file.ts';
import type { StoreKeys } from './store-key.ts';

const cachedKeysByDefault = 16_384;
const cachedTags = 4096;
const tagBytes = 16;
/** As many as the frame's u32 can name. */
const maxSlots = 2 ** 32;

/** An open key store. */
export class SubjectKeys implements KeyStore {
  readonly #options: KeyStoreOptions;
  readonly #keys: StoreKeys;
  readonly #file: SlotFile;
  readonly #reserve: Reserve;
  readonly #lock: FolderLock;
  readonly #cached: RecentMap<number, Buffer>;
  readonly #tags = new RecentMap<string, Buffer>(cachedTags);
  /** Slots whose destruction is under way, and how many calls want it. */
  readonly #doomed = new Map<number, number>();
  #isGapTold = false;
  #closing: Promise<void> | undefined;
  #tagMessage = Buffer.alloc(hmacRoomBytes + 512);
  readonly #tag = Buffer.alloc(hmacBytes);

  constructor(options: KeyStoreOptions, keys: StoreKeys, file: SlotFile, reserve: Reserve, lock: FolderLock) {
    this.#options = options;
    this.#keys = keys;
    this.#file = file;
    this.#reserve = reserve;
    this.#lock = lock;
    this.#cached = new RecentMap(options.cachedKeys ?? cachedKeysByDefault);
  }

  allocate(): number {
    this.#refuseClosed();
    const { slot, key } = this.#reserve.take();
    this.#cached.set(slot, key);
    return slot;
  }

  async refilled(): Promise<void> {
    await this.#reserve.refilled();
  }

  noteUsed(slot: number): void {
    const { log, folder } = this.#options;
    if (!Number.isInteger(slot) || slot < 0 || slot >= maxSlots)
      throw new RangeError(`${slot} is not a slot`);
    this.#reserve.skipTo(slot);
    if (slot < this.#file.slots || this.#isGapTold) return;
    this.#isGapTold = true;
    log.error(
      'the key folder lacks keys that the audit log names: their records can not be read; restore a later backup',
      {
        folder,
        slots: this.#file.slots,
        used_up_to: slot,
      },
    );
  }

  keyOf(slot: number): Buffer | undefined {
    const cached = this.#cached.get(slot);
    if (cached !== undefined) return cached;
    const key = this.#read(slot);
    if (!(key instanceof Buffer)) return undefined;
    this.#cached.set(slot, key);
    return key;
  }

  stateOf(slot: number): SlotState {
    if (this.#cached.get(slot) !== undefined) return 'live';
    const content = this.#read(slot);
    return typeof content === 'string' ? content : 'live';
  }

  #read(slot: number): SlotContent {
    this.#refuseClosed();
    if (this.#doomed.has(slot)) return 'destroyed';
    try {
      return readSlot(this.#file.peek(slot), 0, slot, this.#keys.store);
    } catch (error) {
      throw storageFault('the keys of data subjects', this.#options.folder, error);
    }
  }

  async destroy(slots: readonly number[]): Promise<void> {
    this.#refuseClosed();
    for (const slot of slots)
      if (!Number.isInteger(slot) || slot <= subjectlessSlot || slot > this.#reserve.usedUpTo)
        throw new RangeError(`slot ${slot} was not handed out and can not be destroyed`);
    for (const slot of slots) {
      this.#doomed.set(slot, (this.#doomed.get(slot) ?? 0) + 1);
      this.#cached.get(slot)?.fill(0);
      this.#cached.delete(slot);
    }
    // They name subjects.
    this.#tags.clear();
    try {
      for (const slot of slots) await this.#file.destroy(slot);
    } catch (error) {
      throw storageFault('the keys of data subjects', this.#options.folder, error);
    } finally {
      for (const slot of slots) {
        const wanted = (this.#doomed.get(slot) ?? 0) - 1;
        if (wanted > 0) this.#doomed.set(slot, wanted);
        else this.#doomed.delete(slot);
      }
    }
  }

  tagOf(subject: string): Buffer {
    const known = this.#tags.get(subject);
    if (known !== undefined) return known;
    this.#refuseClosed();
    const length = Buffer.byteLength(subject);
    if (hmacRoomBytes + length > this.#tagMessage.length)
      this.#tagMessage = Buffer.alloc(hmacRoomBytes + length);
    this.#tagMessage.write(subject, hmacRoomBytes, 'utf8');
    hmacInto(this.#tag, 0, this.#keys.index, 0, this.#tagMessage, hmacRoomBytes + length);
    const tag = Buffer.from(this.#tag.subarray(0, tagBytes));
    this.#tags.set(subject, tag);
    return tag;
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await this.closeFiles();
    if (this.#file.isInOrder) await this.#lock.release(true);
    else await this.#lock.abandon();
  }

  async closeFiles(): Promise<void> {
    await this.#reserve.close();
    await this.#file.close();
    for (const key of this.#cached.values()) key.fill(0);
    this.#cached.clear();
    this.#tags.clear();
    this.#keys.store.fill(0);
    this.#keys.index.fill(0);
  }

  #refuseClosed(): void {
    if (this.#closing !== undefined)
      throw new MeshError(
        'SHUTTING_DOWN',
        'the audit role is stopping; try again on another instance or later',
      );
  }
}
