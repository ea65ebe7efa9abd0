import { randomUUID } from 'node:crypto';
import { link, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../kit/errors/mesh-error.ts';
import { realDisk } from './disk.ts';

/** A folder that this process alone writes to. */
export interface FolderLock {
  /** The writer before ended without releasing. */
  readonly unclean: boolean;
  /**
   * It ended with the operating system: power lost, or restarted without stopping it. Also if a later one did not come so far as to put
   * in order what that left.
   */
  readonly powerLost: boolean;
  /** What the writer before left was put in order: the next one need not know of it. */
  settle(): Promise<void>;
  /**
   * Lets others in; only after the last write. Unless what the writer before left was put in order, the lock is left as it was
   * found, so that the next one knows.
   */
  release(isInOrder: boolean): Promise<void>;
  /** Lets others in, who get to know that this writer ended before it put its own writes in order. */
  abandon(): Promise<void>;
}

interface Holder {
  /** 0 of one that let others in but left nothing in order. */
  readonly pid: number;
  /** Start of the process in clock ticks since boot; empty where the system does not tell. */
  readonly startedAt: string;
  /** Identity of the running system; empty where it does not tell. */
  readonly bootId: string;
  /** One before it ended with the operating system, and that was not put in order. */
  readonly powerLost?: boolean;
}

/** What a released lock says. */
const released = '{}';
/** Each attempt is lost to another process that was faster; more than this is no race any more. */
const maxAttempts = 20;

/**
 * Takes the folder, or fails with STATE_LOCKED naming the process that has it. The lock of a process that is gone is taken over;
 * a later process with the same pid does not count, by start time. Processes of other hosts or pid namespaces can't be seen:
 * only one of them may be given the folder.
 *
 * The lock is the file `lock.<n>` of the highest n, which says who holds it or that it is released. It is never removed or
 * overwritten by anyone but its holder: who finds it stale makes the next one, which only one can, and then removes those below.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const self: Holder = { pid: process.pid, startedAt: await startOf(process.pid), bootId: await bootId() };
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const generation = await highestGeneration(folder);
    const content = generation === 0 ? released : await readLock(lockPath(folder, generation));
    if (content === undefined) continue;
    const holder = parseHolder(content);
    if (holder !== undefined && (await isAlive(holder, self.bootId)))
      throw new MeshError(
        'STATE_LOCKED',
        `${folder} is written by process ${holder.pid}; stop that process, or give this one a folder of its own`,
        { metadata: { folder, pid: String(holder.pid) } },
      );
    const path = lockPath(folder, generation + 1);
    const unclean = content !== released;
    const powerLost = unclean && (holder?.bootId !== self.bootId || holder.powerLost === true);
    const own: Holder = powerLost ? { ...self, powerLost } : self;
    if (!(await createWhole(folder, path, JSON.stringify(own)))) continue;
    // Durable, so that a power failure does not look like a clean stop.
    await realDisk().syncFolder(folder);
    // Who looked at an old one may make one below the highest, which is nobody's lock.
    if ((await highestGeneration(folder)) !== generation + 1) {
      await rm(path, { force: true });
      continue;
    }
    await sweep(folder, generation + 1);
    let known = own;
    return {
      unclean,
      powerLost,
      settle: async () => {
        known = self;
        if (powerLost) await overwrite(path, JSON.stringify(self));
      },
      release: async (isInOrder) => await overwrite(path, isInOrder ? released : content),
      abandon: async () => await overwrite(path, JSON.stringify({ ...known, pid: 0 })),
    };
  }
  throw new MeshError(
    'STATE_LOCKED',
    `the lock of ${folder} changes hands all the time; let one process have it`,
  );
}

function lockPath(folder: string, generation: number): string {
  return join(folder, `lock.${generation}`);
}

/** 0 if there is none. */
async function highestGeneration(folder: string): Promise<number> {
  let highest = 0;
  for (const name of await readdir(folder)) {
    const generation = /^lock\.(\d+)$/.exec(name)?.[1];
    if (generation !== undefined) highest = Math.max(highest, Number(generation));
  }
  return highest;
}

/** Makes the file with all its content in one step; false if it is there. */
async function createWhole(folder: string, path: string, content: string): Promise<boolean> {
  const own = draftPath(folder);
  try {
    await writeFile(own, content, { flag: 'wx', flush: true });
    await link(own, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** In place, because that needs no room on a full disk; who reads half of it takes it for stale, which it is. */
async function overwrite(path: string, content: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(content, 0);
    await file.truncate(Buffer.byteLength(content));
    await file.sync();
  } finally {
    await file.close();
  }
}

function draftPath(folder: string): string {
  return join(folder, `lock-draft.${process.pid}.${randomUUID()}`);
}

/** Undefined if it was removed meanwhile. */
async function readLock(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Undefined if it is released, or damaged: only a lost write leaves half a lock, because it comes into place whole. */
function parseHolder(content: string): Holder | undefined {
  try {
    const { pid, startedAt, bootId, powerLost } = JSON.parse(content) as Partial<Holder>;
    if (typeof pid !== 'number' || pid < 0) return undefined;
    if (typeof startedAt !== 'string' || typeof bootId !== 'string') return undefined;
    return { pid, startedAt, bootId, powerLost: powerLost === true };
  } catch {
    return undefined;
  }
}

async function isAlive(holder: Holder, currentBootId: string): Promise<boolean> {
  if (holder.pid === 0 || holder.bootId !== currentBootId || !isRunning(holder.pid)) return false;
  return holder.startedAt === '' || holder.startedAt === (await startOf(holder.pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
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

/** Removes the locks below, and what attempts of processes that are gone left behind. */
async function sweep(folder: string, generation: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const older = /^lock\.(\d+)$/.exec(name)?.[1];
    const drafter = /^lock-draft\.(\d+)\./.exec(name)?.[1];
    const isOlder = older !== undefined && Number(older) < generation;
    const isAbandoned = drafter !== undefined && !isRunning(Number(drafter));
    if (isOlder || isAbandoned) await rm(join(folder, name), { force: true });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === code;
}
