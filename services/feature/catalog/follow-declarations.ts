import type { Closers } from '../../kit/lifecycle/closers.ts';
import type { Log } from '../../kit/log/log.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { OpenedCatalog } from './open-catalog.ts';

/** How long it may take until a declaration is in force in the other processes that share a store. */
const everyMs = 2_000;

/** Where several processes share a store, what one of them declares is soon in force in all. */
export function followDeclarations(
  { takeOthers }: Pick<OpenedCatalog, 'takeOthers'>,
  ingest: Pick<Ingest, 'queue' | 'use'>,
  log: Log,
  closers: Closers,
): void {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= takeOthers(ingest)
      .catch((error) =>
        log.warn('declarations of other processes could not be taken in force; trying on', { error }),
      )
      .finally(() => {
        running = undefined;
      });
  }, everyMs).unref();
  closers.add('declarations of other processes', async () => {
    clearInterval(timer);
    await running;
  });
}
