import type { Closers } from '../kit/lifecycle/closers.ts';
import { type FolderLock, lockFolder } from './lock.ts';

/** Whether the disk has answered all that closing asked of it; nobody else may have the folder otherwise. */
export interface DiskGuard {
  isLogQuiet: boolean;
  isLogInOrder: boolean;
  isIndexQuiet: boolean;
  /** What the process before left was put in order. */
  isSettled: boolean;
}

/** Takes a folder with a log, and gives it back when closing as the guard then says. */
export async function lockGuarded(
  folder: string,
  closers: Closers,
): Promise<{ readonly lock: FolderLock; readonly guard: DiskGuard }> {
  const guard: DiskGuard = { isLogQuiet: true, isLogInOrder: true, isIndexQuiet: true, isSettled: false };
  const lock = await lockFolder(folder);
  closers.add('audit lock', async () => {
    // A disk that does not answer may still write: nobody else may have the folder while this process lives.
    if (!guard.isLogQuiet) return;
    // What a failed sync left in the log is no part of it, and must not look durable to the next one.
    if (guard.isLogInOrder) await lock.release(guard.isSettled);
    else await lock.abandon();
  });
  return { lock, guard };
}
