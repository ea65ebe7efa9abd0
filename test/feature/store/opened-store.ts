import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type LmdbStore, openLmdbStore } from '../../../services/feature/store/lmdb-store.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import type { OpenedStore } from './store-contract.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (let next = cleanUps.pop(); next !== undefined; next = cleanUps.pop()) await next();
});

export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'feature-store-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface OpenedLmdbStore extends OpenedStore {
  readonly store: LmdbStore;
  readonly folder: string;
  close(): Promise<void>;
  reopen(): Promise<OpenedLmdbStore>;
}

/** A store in a folder of its own at a clock that stands at noon, closed after the test. */
export async function openStore(
  folder?: string,
  clock = { nowMs: Date.UTC(2026, 0, 10, 12) },
): Promise<OpenedLmdbStore> {
  const own = folder ?? (await tempFolder());
  const closers = createClosers(silentLog);
  cleanUps.push(closers.close);
  const store = await openLmdbStore(own, { now: () => clock.nowMs }, closers);
  const reopen = async (): Promise<OpenedLmdbStore> => {
    await closers.close();
    return await openStore(own, clock);
  };
  return { store, clock, folder: own, close: closers.close, reopen };
}
