import { link, lstat, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MeshError } from '../errors/mesh-error.ts';
import { createSigningKey, type NoteSigner, parseSigningKey } from './signing-key.ts';

const maxKeyBytes = 1024;
// Any access for others, and writing for the group: its reading is how orchestrators hand secrets to a process.
const tooOpen = 0o037;

/** Reads the log's private key from a file. CONFIG_INVALID names a file that is absent, readable by others, or malformed. */
export async function loadLogKey(file: string): Promise<NoteSigner> {
  const refuse = (why: string, cause?: unknown): MeshError =>
    new MeshError('CONFIG_INVALID', `the log key ${file} can not be used: ${why}`, {}, cause);
  let text: string;
  try {
    const handle = await open(file, 'r');
    try {
      const { mode, size } = await handle.stat();
      if ((mode & tooOpen) !== 0)
        throw refuse(`its mode is ${(mode & 0o777).toString(8)}, so that others may use it; run chmod 600`);
      if (size > maxKeyBytes) throw refuse(`it has ${size} bytes, more than a key`);
      text = await readFile(handle, 'utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof MeshError) throw error;
    throw refuse((error as Error).message, error);
  }
  return parseSigningKey(text.replace(/\n$/, ''), `the log key ${file}`);
}

/**
 * Makes a new log key in a file that only its owner may read. Durable when it resolves; the file is there whole or not at all.
 * CONFIG_INVALID if there is one already: a log that changes its key is another log.
 */
export async function createLogKey(file: string, origin: string): Promise<NoteSigner> {
  const key = createSigningKey(origin);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const unfinished = `${file}.${process.pid}.new`;
  await rm(unfinished, { force: true });
  const handle = await open(unfinished, 'wx', 0o600);
  try {
    await handle.writeFile(`${key}\n`);
    await handle.sync();
    await handle.close();
    // A link, because a rename would replace a key that is there.
    await link(unfinished, file);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const why = isThere
      ? 'there is one already; remove it first if it is of no use'
      : (error as Error).message;
    throw new MeshError('CONFIG_INVALID', `the log key ${file} can not be made: ${why}`, {}, error);
  } finally {
    await handle.close().catch(() => {});
    await rm(unfinished, { force: true });
  }
  await syncFolder(dirname(file));
  return parseSigningKey(key, `the log key ${file}`);
}

/** The log's key; made with this origin where there is no file. */
export async function openLogKey(file: string, origin: string): Promise<NoteSigner> {
  const isThere = await lstat(file).then(
    () => true,
    () => false,
  );
  return isThere ? await loadLogKey(file) : await createLogKey(file, origin);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
