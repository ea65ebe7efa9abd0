import { createHash } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { fileFault } from '../../files/table.ts';

/** What a run over a file remembers beside its output, so that an interrupted one goes on with the same jobs. */
export interface RunState {
  /** What stands before the row in the ids of its jobs. */
  readonly run: string;
  /** Rows whose jobs had a result when it was interrupted. */
  readonly done: number;
  /** Notes that all rows up to this number have their result, now and then; resolves when it is written. */
  note(done: number): Promise<void>;
  /** Writes what was noted last. */
  flush(): Promise<void>;
  /** The run is over. */
  remove(): Promise<void>;
}

interface Stored {
  readonly run: string;
  readonly source: string;
  readonly done: number;
  /** Of the process that wrote it, whose draft of the output may be left. */
  readonly pid: number;
}

const everyMs = 1000;

/** Where the state of the run that writes this file is. */
export function statePath(out: string): string {
  return `${out}.run`;
}

/**
 * Begins a run, or with `resume` goes on with the one that was interrupted. It is on disk when this resolves, before any
 * job is submitted. Throws INVALID_REQUEST if there is an interrupted run and nobody asked for it, if there is none to go on with, or if it was
 * one of another file or other settings.
 */
export async function openRunState(
  out: string,
  file: string,
  settings: readonly unknown[],
  { newRun, resume }: { readonly newRun: () => string; readonly resume: boolean },
): Promise<RunState> {
  const path = statePath(out);
  const { mtimeMs, size } = await stat(file);
  const source = createHash('sha256')
    .update(JSON.stringify([resolve(file), size, mtimeMs, ...settings]))
    .digest('hex');
  const found = await stored(path);
  if (found !== undefined && !resume)
    throw fileFault(
      path,
      'is what an interrupted run left: go on with --resume, or remove it to score every row in a new run',
    );
  if (found === undefined && resume)
    throw fileFault(
      path,
      'is not there, so that no interrupted run is left to go on with; leave --resume out to score every row in a new run',
    );
  if (found !== undefined && found.source !== source)
    throw fileFault(
      path,
      `is of a run with other settings, or ${file} has changed since: call it as before, or remove it to begin anew`,
    );
  if (found !== undefined) await rm(`${out}.${found.pid}.part`, { force: true });
  const run = found?.run ?? newRun();
  let done = found?.done ?? 0;
  let writtenMs = performance.now();
  let writing = Promise.resolve();
  const write = async (): Promise<void> => {
    writtenMs = performance.now();
    const text = JSON.stringify({ run, source, done, pid: process.pid } satisfies Stored);
    writing = writing.then(() => writeWhole(path, text));
    await writing;
  };
  await write();
  return {
    run,
    done,
    note: async (row) => {
      done = Math.max(done, row);
      if (performance.now() - writtenMs >= everyMs) await write();
    },
    flush: write,
    remove: async () => {
      await writing;
      await rm(path, { force: true });
    },
  };
}

async function stored(path: string): Promise<Stored | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw fileFault(path, `can't be read: ${error.code ?? error.message}`);
  });
  if (text === undefined) return undefined;
  try {
    const { done, pid, run, source } = JSON.parse(text) as Partial<Stored>;
    if (
      typeof run === 'string' &&
      /^[A-Za-z0-9_-]{1,64}$/.test(run) &&
      typeof source === 'string' &&
      Number.isSafeInteger(done) &&
      Number.isSafeInteger(pid)
    )
      return { run, source, done: Number(done), pid: Number(pid) };
  } catch {
    // Told below.
  }
  throw fileFault(path, 'is no state of a run; remove it to begin anew');
}

async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.part`;
  try {
    const file = await open(draft, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    const { code, message } = error as NodeJS.ErrnoException;
    throw new MeshError('INVALID_REQUEST', `${path} can't be written: ${code ?? message}`, {}, error);
  }
}
