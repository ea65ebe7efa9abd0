import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MeshError } from '../../kit/errors/mesh-error.ts';

/** Replaces a file as a whole: after a crash it holds the text from before or this one. Durable when it resolves. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/** Makes durable which names stand in a folder. */
export async function syncFolder(folder: string): Promise<void> {
  const file = await open(folder, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a folder and those above it that are missing. Durable when it resolves. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** For `catch`: names a full disk, of which the caller can be told; any other failure is a bug or a broken disk. */
export function asStorageError(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') throw error;
  throw new MeshError(
    'INTERNAL',
    'it can not be stored, because the disk of the registry of models is full; make room and try again',
    { code: 'RESOURCE_EXHAUSTED' },
    error,
  );
}
