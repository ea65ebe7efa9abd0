import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type KeyStore, openKeyStore } from '../../../services/audit/sealing/key-store.ts';
import { createLocalKeyProvider } from '../../../services/audit/sealing/master-key.ts';
import type { SealingDisk } from '../../../services/audit/sealing/sealing-disk.ts';
import { KeptLog, temporaryFolder } from '../fixture.ts';

export const masterKey = 'ab'.repeat(32);

export interface OpenKeys extends KeyStore {
  readonly folder: string;
  readonly log: KeptLog;
}

export interface KeySettings {
  readonly folder?: string;
  readonly disk?: SealingDisk;
  /** null: master.key in the folder. */
  readonly key?: string | null;
  readonly usedUpTo?: number;
  readonly cachedKeys?: number;
}

/** Slots for so many; waits where they come faster than keys are made. */
export async function allocateMany(keys: KeyStore, count: number): Promise<number[]> {
  const slots: number[] = [];
  while (slots.length < count) {
    try {
      slots.push(keys.allocate());
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return slots;
}

/** A key store that is closed when the test ends, if it is not before. */
export async function openKeys(settings: KeySettings = {}): Promise<OpenKeys> {
  const folder = settings.folder ?? join(await temporaryFolder(), 'keys');
  const log = new KeptLog();
  const deps = { folder, log, ...(settings.disk === undefined ? {} : { disk: settings.disk }) };
  const key = settings.key === undefined ? masterKey : (settings.key ?? undefined);
  const store = await openKeyStore({
    ...deps,
    provider: createLocalKeyProvider({ ...deps, key, keyFile: undefined }),
    usedUpTo: settings.usedUpTo,
    ...(settings.cachedKeys === undefined ? {} : { cachedKeys: settings.cachedKeys }),
  });
  onTestFinished(async () => await store.close());
  const methods: KeyStore = {
    allocate: () => store.allocate(),
    refilled: async () => await store.refilled(),
    noteUsed: (slot) => store.noteUsed(slot),
    keyOf: (slot) => store.keyOf(slot),
    stateOf: (slot) => store.stateOf(slot),
    destroy: async (slots) => await store.destroy(slots),
    tagOf: (subject) => store.tagOf(subject),
    close: async () => await store.close(),
  };
  return { ...methods, folder, log };
}
