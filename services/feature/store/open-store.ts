import type { Closers } from '../../kit/lifecycle/closers.ts';
import type { Log } from '../../kit/log/log.ts';
import type { FeatureConfig } from '../config.ts';
import type { FeatureStore } from './feature-store.ts';
import { openLmdbStore } from './lmdb-store.ts';
import { openRedisStore } from './redis/redis-store.ts';

/** The store that the configuration names: the embedded one, or a Redis that several feature processes share. */
export async function openStore(
  config: Pick<FeatureConfig, 'folder' | 'redisUrl'>,
  deps: { readonly log: Log; readonly now: () => number },
  closers: Closers,
): Promise<FeatureStore> {
  const { folder, redisUrl } = config;
  if (redisUrl !== undefined) return openRedisStore({ url: redisUrl, ...deps }, closers);
  return openLmdbStore(folder, deps, closers);
}
