import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../kit/log/log.ts';
import { indexReadFault } from './readable-index.ts';
import { type IndexStore, openIndexStore } from './store.ts';

export interface CarefulIndex {
  readonly store: IndexStore;
  /** What stood there could not be read and was removed. */
  readonly wasDamaged: boolean;
  /** Call it when the process that has it open stops in order. */
  stopped(): Promise<void>;
}

/** So many starts whose process then ended without stopping, one after the other, and the next one looks whether the index is why. */
const suspiciousStarts = 3;

/**
 * Opens the index. A damaged page may end the process that reads it, then or later, and the next one again; so starts are counted
 * beside the index until one stops in order, and after several the index is read by a process of its own first, which costs
 * reading all of it.
 */
export async function openIndexCarefully(folder: string, log: Log): Promise<CarefulIndex> {
  const place = join(folder, 'starts');
  const before = Number.parseInt(await readFile(place, 'latin1').catch(() => '0'), 10) || 0;
  let wasDamaged = false;
  if (before >= suspiciousStarts) {
    const fault = await indexReadFault(folder);
    if (fault !== undefined) {
      log.warn('the audit index is damaged', { folder, fault });
      await rm(folder, { recursive: true, force: true });
      wasDamaged = true;
    }
  }
  const opened = await openIndexStore(folder);
  await mkdir(folder, { recursive: true });
  // Where it can't be written, as on a full disk, this start does not count.
  await writeFile(place, String(before >= suspiciousStarts ? 1 : before + 1)).catch(() => {});
  return {
    store: opened.store,
    wasDamaged: wasDamaged || opened.wasDamaged,
    stopped: async () => await rm(place, { force: true }),
  };
}
