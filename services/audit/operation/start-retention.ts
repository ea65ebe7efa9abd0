import { isMeshError } from '../../kit/errors/mesh-error.ts';
import type { Closers } from '../../kit/lifecycle/closers.ts';
import type { Log } from '../../kit/log/log.ts';
import type { AuditConfig } from '../config.ts';
import { errorCode } from '../disk.ts';
import type { Pruned } from './pruner.ts';

/** Segments go as a whole, and span hours or days. */
const everyMs = 3_600_000;
/** What a start has to do comes first. */
const firstMs = 60_000;

/** Prunes the log behind the appends, by the setting; nothing where everything is kept. */
export function startRetention(
  { retentionMs }: AuditConfig,
  prune: (beforeMs: number, principal: string) => Promise<Pruned>,
  log: Log,
  closers: Closers,
): void {
  if (retentionMs === undefined) return;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    try {
      const { entries, minimumIndex, segments, sizeBytes } = await prune(
        Date.now() - retentionMs,
        'retention',
      );
      if (segments > 0)
        log.info('pruned the audit log', { entries, segments, bytes: sizeBytes, minimumIndex });
    } catch (error) {
      log.error('the audit log could not be pruned; trying again in an hour', {
        error: isMeshError(error) ? error : errorCode(error),
      });
    }
    timer = setTimeout(begin, everyMs).unref();
  };
  const begin = (): void => {
    running = run();
  };
  timer = setTimeout(begin, firstMs).unref();
  closers.add('retention of the audit log', async () => {
    clearTimeout(timer);
    await running;
    clearTimeout(timer);
  });
}
