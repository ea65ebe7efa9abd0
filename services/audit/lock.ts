import { link, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../kit/errors/mesh-error.ts';

/** A folder that this process alone writes to. */
export interface FolderLock {
  /** The writer before ended without releasing. */
  readonly unclean: boolean;
  /** It ended with the operating system: power lost, or restarted without stopping it. */
  readonly powerLost: boolean;
  /**
   * Lets others in; only after the last write. Unless what the writer before left was put in order, the lock is left as it was
   * found, so that the next one knows.
   */
  release(isInOrder: boolean): Promise<void>;
}

interface Holder {
  readonly pid: number;
  /** Start of the process in clock ticks since boot; empty where the system does not tell. */
  readonly startedAt: string;
  /** Identity of the running system; empty where it does not tell. */
  readonly bootId: string;
}

const lockName = 'lock';
/** Each attempt is lost to another process that took the lock or died; more than this is no race any more. */
const maxAttempts = 20;

/**
 * Takes the folder, or fails with STATE_LOCKED naming the process that has it. The lock of a process that is gone is taken over;
 * a later process with the same pid does not count, by start time. Processes of other hosts or pid namespaces can't be seen:
 * only one of them may be given the folder.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, lockName);
  const self: Holder = { pid: process.pid, startedAt: await startOf(process.pid), bootId: await bootId() };
  const content = JSON.stringify(self);
  let stale: { readonly content: string; readonly holder: Holder | undefined } | undefined;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    if (await createWhole(path, content)) {
      await sweep(folder);
      return {
        unclean: stale !== undefined,
        powerLost: stale !== undefined && stale.holder?.bootId !== self.bootId,
        release: async (isInOrder) => {
          if (isInOrder || stale === undefined) await unlink(path);
          else await writeFile(path, stale.content);
        },
      };
    }
    const found = await readHolder(path);
    if (found === undefined) continue;
    if (found.holder !== undefined && (await isAlive(found.holder, self.bootId)))
      throw new MeshError(
        'STATE_LOCKED',
        `${folder} is written by process ${found.holder.pid}; stop that process, or give this one a folder of its own`,
        { metadata: { folder, pid: String(found.holder.pid) } },
      );
    if (await takeAway(path, found.content)) stale = found;
  }
  throw new MeshError('STATE_LOCKED', `${path} changes hands all the time; let one process have the folder`);
}

/** Makes the file with all its content in one step; false if it is there. */
async function createWhole(path: string, content: string): Promise<boolean> {
  const own = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(own, content, { flag: 'wx' });
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST') || isCode(error, 'ENOENT')) return false;
    throw error;
  } finally {
    await unlink(own).catch(() => {});
  }
}

/** Removes a stale lock; false if it was another's by then, which is put back. */
async function takeAway(path: string, content: string): Promise<boolean> {
  const away = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    await rename(path, away);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
  const isStale = (await readFile(away, 'utf8')) === content;
  if (!isStale) await link(away, path).catch(() => {});
  await unlink(away);
  return isStale;
}

async function readHolder(
  path: string,
): Promise<{ content: string; holder: Holder | undefined } | undefined> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    const { pid, startedAt, bootId } = JSON.parse(content) as Partial<Holder>;
    if (typeof pid === 'number' && pid > 0 && typeof startedAt === 'string' && typeof bootId === 'string')
      return { content, holder: { pid, startedAt, bootId } };
  } catch {
    // Only a lost write leaves half a lock, because it is linked into place when it is whole.
  }
  return { content, holder: undefined };
}

async function isAlive(holder: Holder, currentBootId: string): Promise<boolean> {
  if (holder.bootId !== currentBootId) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (!isCode(error, 'EPERM')) return false;
  }
  return holder.startedAt === '' || holder.startedAt === (await startOf(holder.pid));
}

/** Field 22 of proc_pid_stat(5); the second field may hold spaces and ends with the last parenthesis. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

async function bootId(): Promise<string> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    return '';
  }
}

/** Removes what attempts of processes that are gone left behind. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^lock\.(\d+)\./.exec(name)?.[1];
    if (pid !== undefined && Number(pid) !== process.pid && (await startOf(Number(pid))) === '')
      await unlink(join(folder, name)).catch(() => {});
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === code;
}
