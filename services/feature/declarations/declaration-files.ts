import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { maxFileBytes } from './bounds.ts';
import { count, nothingDeclared, withKnown } from './declaration-text.ts';
import type { Declarations } from './declarations.ts';
import type { Entry, Fault } from './entry.ts';
import { readEntries } from './yaml-reader.ts';

/**
 * Every *.yaml and *.yml of the folder (not of its subfolders), merged, and what is known and none of them names. An undefined folder
 * declares nothing. Fails with CONFIG_INVALID, which names every fault of every file at once.
 */
export async function readDeclarations(
  folder: string | undefined,
  known: Declarations = nothingDeclared,
): Promise<Declarations> {
  if (folder === undefined) return known;
  const faults: Fault[] = [];
  const files = await Promise.all(
    (await listFiles(folder)).map(async (file) => ({ file, yaml: await readText(folder, file, faults) })),
  );
  const entries: (Entry[] | undefined)[] = files.map(({ file, yaml }) =>
    yaml === undefined ? undefined : readEntries(yaml, file, faults),
  );
  const readable = entries.filter((own) => own !== undefined);
  // What a file that can't be read declares is unknown, so the others must not be blamed for naming it.
  const found: Fault[] = [];
  const declarations = withKnown(readable.flat(), known, found);
  if (readable.length === entries.length) faults.push(...found);
  if (faults.length === 0) return declarations;
  throw invalid(folder, faults);
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => /\.ya?ml$/.test(name)).sort();
  } catch (error) {
    throw new MeshError(
      'CONFIG_INVALID',
      `the folder of feature declarations ${folder} can't be read (${messageOf(error)}); create it or correct the setting`,
      {},
      error,
    );
  }
}

async function readText(folder: string, file: string, faults: Fault[]): Promise<string | undefined> {
  try {
    const path = join(folder, file);
    const { size } = await stat(path);
    if (size <= maxFileBytes) return await readFile(path, 'utf8');
    const message = `has ${size} bytes; declarations have at most ${maxFileBytes}: move it elsewhere`;
    faults.push({ field: file, message });
  } catch (error) {
    faults.push({ field: file, message: messageOf(error) });
  }
  return undefined;
}

function invalid(folder: string, faults: readonly Fault[]): MeshError {
  const violations = faults.map(({ field, message }) => ({ field, description: message }));
  const lines = violations.map(({ field, description }) => `\n  ${field}: ${description}`);
  return new MeshError(
    'CONFIG_INVALID',
    `the feature declarations in ${folder} have ${count(faults)}:${lines.join('')}`,
    { violations },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
