import { afterEach } from 'vitest';
import {
  openRedisStore,
  type RedisStore,
  type RedisStoreOptions,
} from '../../../../services/feature/store/redis/redis-store.ts';
import { createClosers } from '../../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../../services/kit/log/log.ts';
import type { OpenedStore } from '../store-contract.ts';

export interface OpenedRedisStore extends OpenedStore {
  readonly store: RedisStore;
  close(): Promise<void>;
  reopen(): Promise<OpenedRedisStore>;
}

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (let next = cleanUps.pop(); next !== undefined; next = cleanUps.pop()) await next();
});

/** A store at a clock that stands at noon, closed after the test. */
export async function openRedis(
  options: RedisStoreOptions,
  clock = { nowMs: Date.UTC(2026, 0, 10, 12) },
): Promise<OpenedRedisStore> {
  const closers = createClosers(silentLog);
  cleanUps.push(closers.close);
  const store = await openRedisStore({ now: () => clock.nowMs, ...options }, closers);
  const reopen = async (): Promise<OpenedRedisStore> => {
    await closers.close();
    return await openRedis(options, clock);
  };
  return { store, clock, close: closers.close, reopen };
}
