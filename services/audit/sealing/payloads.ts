import { join } from 'node:path';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { errorCode, writeFully } from '../disk.ts';
import { sealingQueueFull, storageFault } from './fault.ts';
import { payloadBytes, payloadName, payloadRefBytes, payloadRefOf } from './payload-ref.ts';
import { realSealingDisk, type SealingDisk } from './sealing-disk.ts';
import { readWhole } from './whole-file.ts';

export interface PayloadOptions {
  /** `<audit>/payloads`; made if it is not there. Files: `<first two hex digits of the digest>/<digest>`. */
  readonly folder: string;
  readonly disk?: SealingDisk;
  /** Bytes that may wait for the disk. */
  readonly maxPendingBytes?: number;
}

/** Sealed contents that are too large for a frame, by their digest. */
export interface Payloads {
  /**
   * Stores it; durable when it resolves to its reference. The bytes must not change meanwhile. QUEUE_FULL if too many wait, AUDIT_DISK_FULL or
   * AUDIT_LOG_FAILED if it is not stored. A second one of the same is fine.
   */
  put(sealed: Buffer): Promise<Buffer>;
  /** The bytes; undefined if there are none. STATE_CORRUPT if they are not those of the reference. */
  get(ref: Buffer): Promise<Buffer | undefined>;
  /** Durable when it resolves; nothing if there is none. */
  remove(ref: Buffer): Promise<void>;
  /** Takes no more, waits for those taken. Idempotent. */
  close(): Promise<void>;
}

interface Waiting {
  readonly sealed: Buffer;
  readonly ref: Buffer;
  readonly stored: (ref: Buffer) => void;
  readonly failed: (error: unknown) => void;
}

/** Two of the largest, with what surrounds them. */
const maxPendingBytesByDefault = 160 * 1024 * 1024;
/** What is stored with one sync of each folder. */
const maxRound = 64;
/** Files written at once: half of Node's threads, so that the log's commits don't wait behind payloads. */
const writers = 2;
/** Where files stand until they are whole. */
const incoming = 'incoming';

/** Opens the folder and removes what was not finished. */
export async function openPayloads(options: PayloadOptions): Promise<Payloads> {
  const { folder } = options;
  const disk = options.disk ?? realSealingDisk();
  try {
    await disk.makeFolder(join(folder, incoming));
    for (const name of await disk.list(join(folder, incoming)))
      await disk.remove(join(folder, incoming, name));
  } catch (error) {
    throw payloadFault(folder, error);
  }
  return createPayloads(disk, folder, options.maxPendingBytes ?? maxPendingBytesByDefault);
}

function createPayloads(disk: SealingDisk, folder: string, maxPendingBytes: number): Payloads {
  const folders = new Set<string>();
  let waiting: Waiting[] = [];
  let pendingBytes = 0;
  let drafts = 0;
  let running: Promise<void> | undefined;
  let isClosed = false;

  const folderOf = (ref: Buffer): string => join(folder, payloadName(ref).slice(0, 2));
  const pathOf = (ref: Buffer): string => join(folderOf(ref), payloadName(ref));

  const write = async ({ sealed, ref }: Waiting): Promise<void> => {
    const target = folderOf(ref);
    if (!folders.has(target)) {
      await disk.makeFolder(target);
      folders.add(target);
    }
    drafts++;
    const draft = join(folder, incoming, `${payloadName(ref)}.${drafts}.tmp`);
    try {
      const file = await disk.open(draft, 'create');
      try {
        await writeFully(file, sealed, sealed.length, 0);
        await file.datasync();
      } finally {
        await file.close();
      }
      await disk.rename(draft, pathOf(ref));
    } catch (error) {
      await disk.remove(draft).catch(() => {});
      throw error;
    }
  };

  const store = async (round: readonly Waiting[]): Promise<void> => {
    const renamed = new Map<string, Waiting[]>();
    await eachOf(round, async (each) => {
      try {
        await write(each);
        const target = folderOf(each.ref);
        renamed.set(target, [...(renamed.get(target) ?? []), each]);
      } catch (error) {
        each.failed(payloadFault(folder, error));
      }
    });
    await eachOf([...renamed], async ([target, stored]) => {
      try {
        await disk.syncFolder(target);
        for (const each of stored) each.stored(each.ref);
      } catch (error) {
        for (const each of stored) each.failed(payloadFault(folder, error));
      }
    });
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const round = waiting.slice(0, maxRound);
      waiting = waiting.slice(maxRound);
      await store(round);
    }
    running = undefined;
  };

  return {
    put: async (sealed) => {
      if (isClosed)
        throw new MeshError(
          'SHUTTING_DOWN',
          'the audit role is stopping; try again on another instance or later',
        );
      // One alone is taken whatever its size.
      if (pendingBytes > 0 && pendingBytes + sealed.length > maxPendingBytes)
        throw sealingQueueFull(
          `${pendingBytes} bytes of large records wait for the disk (limit ${maxPendingBytes})`,
        );
      pendingBytes += sealed.length;
      try {
        return await new Promise<Buffer>((stored, failed) => {
          waiting.push({ sealed, ref: payloadRefOf(sealed), stored, failed });
          running ??= run();
        });
      } finally {
        pendingBytes -= sealed.length;
      }
    },

    get: async (ref) => {
      checkRef(ref);
      try {
        const sealed = await readWhole(disk, pathOf(ref));
        if (sealed === undefined || payloadRefOf(sealed).equals(ref)) return sealed;
      } catch (error) {
        throw payloadFault(folder, error);
      }
      throw new MeshError(
        'STATE_CORRUPT',
        `${pathOf(ref)} is damaged: its content is not what its name says; restore it from a backup`,
        { metadata: { file: pathOf(ref) } },
      );
    },

    remove: async (ref) => {
      checkRef(ref);
      try {
        await disk.remove(pathOf(ref));
        await disk.syncFolder(folderOf(ref));
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return;
        throw payloadFault(folder, error);
      }
    },

    close: async () => {
      isClosed = true;
      await running;
    },
  };
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: writers }, worker));
}

function checkRef(ref: Buffer): void {
  if (ref.length !== payloadRefBytes || payloadBytes(ref) === 0)
    throw new RangeError(`${ref.toString('hex')} is no reference to a payload`);
}

function payloadFault(folder: string, error: unknown): MeshError {
  return storageFault('large records', folder, error);
}
