import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import { retentionEveryMs } from './config.ts';
import type { Stream } from './declarations/declarations.ts';
import { type FeatureStore, storeTileMs } from './store/feature-store.ts';

export interface RetentionDeps {
  readonly store: FeatureStore;
  readonly streams: () => Iterable<Stream>;
  readonly now: () => number;
  readonly log: Log;
}

/** Lets what the retention of a stream no longer covers go: at once, and every ten minutes from then on. */
export function startRetention(deps: RetentionDeps, closers: Closers): void {
  let running: Promise<void> | undefined;
  const run = (): void => {
    running ??= expireAll(deps).finally(() => {
      running = undefined;
    });
  };
  const timer = setInterval(run, retentionEveryMs).unref();
  closers.add('feature retention', async () => {
    clearInterval(timer);
    await running;
  });
  run();
}

/**
 * A read may be as of any moment within the retention, and reaches back by as much again at most, so events are kept twice as long. Whole
 * tiles go, so that the edge moves rarely and a tile is there or not.
 */
async function expireAll({ store, streams, now, log }: RetentionDeps): Promise<void> {
  for (const { name, retentionMs } of streams()) {
    if (retentionMs === undefined) continue;
    const edge = Math.floor((now() - 2 * retentionMs) / storeTileMs) * storeTileMs;
    if (edge <= store.expiredBefore(name)) continue;
    try {
      await store.expire(name, edge);
    } catch (error) {
      log.warn('events beyond their retention could not be let go; trying again later', {
        stream: name,
        error,
      });
    }
  }
}
