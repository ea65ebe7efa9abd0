import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../../../kit/errors/mesh-error.ts';
import { copyBytes, makeEmptyFolder, syncPath } from './files.ts';

/** Encrypted by the master key; that and the log's own key are made once, and kept apart. */
const wrapped = ['store.key', 'subjects'];

/**
 * Copies the keys of data subjects as they are now to the new folder; they may be in use. Whoever has it and the master key can read what was erased
 * afterwards. Durable when it resolves.
 */
export async function backUpKeys(folder: string, target: string): Promise<void> {
  for (const name of wrapped)
    if (!existsSync(join(folder, name)))
      throw new MeshError('CONFIG_INVALID', `${folder} holds no keys to back up: ${name} is not in it`);
  await makeEmptyFolder(target, 'back up keys to', 0o700);
  for (const name of wrapped) {
    await copyBytes(join(folder, name), join(target, name));
    await chmod(join(target, name), 0o600);
  }
  const madeAt = new Date().toISOString();
  const text = `Keys of data subjects of an audit log, as of ${madeAt}, encrypted by its master key.\nRemove this copy before an erasure that came later has to have taken effect.\n`;
  await writeFile(join(target, 'README'), text, { flush: true, mode: 0o600 });
  await syncPath(target);
}
