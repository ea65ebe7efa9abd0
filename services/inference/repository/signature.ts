import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What a version's folder looks like from outside. */
export interface Sight {
  /** Changes whenever a file that the version is loaded from does: name, size, time of change and inode of each. */
  readonly signature: string;
  /** Whether a name starts with a dot, as those of files that are still being written do. */
  readonly hasHidden: boolean;
}

/** Looks at a version's folder and at its model's config.pbtxt. Fails if the folder can't be read. */
export async function sightOf(folder: string): Promise<Sight> {
  const names = (await readdir(folder)).sort();
  const model = dirname(folder);
  const parts = [
    `${basename(model)}/config.pbtxt ${await signatureOf(join(model, 'config.pbtxt'))}`,
    ...(await Promise.all(names.map(async (name) => `${name} ${await signatureOf(join(folder, name))}`))),
  ];
  return { signature: parts.join('\n'), hasHidden: names.some((name) => name.startsWith('.')) };
}

async function signatureOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found === undefined ? 'absent' : `${found.size} ${found.mtimeNs} ${found.ino}`;
}
