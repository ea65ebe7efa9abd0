import { constants, open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import type { Upload } from './uploads.ts';

const chunkBytes = 1024 * 1024;

/**
 * Copies the files of a version from a folder of this machine into an upload. `path` is absolute, or relative to `importFolder`.
 * Fails with INVALID_REQUEST if no folder may be imported from, the path is not below it, or a link leads anywhere on the way: who may
 * register a model must not read files that way which are none of its business.
 */
export async function importVersion(
  path: string,
  importFolder: string | undefined,
  files: Iterable<string>,
  upload: Pick<Upload, 'write'>,
): Promise<void> {
  const folder = await checkedFolder(path, importFolder);
  for (const name of files) await copyFile(resolve(folder, name), name, path, upload);
}

async function checkedFolder(path: string, importFolder: string | undefined): Promise<string> {
  if (importFolder === undefined)
    throw refused(
      `'${path}' can't be read: this server takes uploads only; set SCOREMESH_IMPORT to a folder to register from`,
    );
  const root = await realpath(importFolder).catch((error: NodeJS.ErrnoException) => {
    const why = `the folder of SCOREMESH_IMPORT can't be read: ${error.code}; create it or name another`;
    throw new MeshError('CONFIG_INVALID', why, {}, error);
  });
  const asked = resolve(isAbsolute(path) ? path : resolve(root, path));
  const below = [relative(importFolder, asked), relative(root, asked)].find(isInside);
  if (below === undefined)
    throw refused(`'${path}' is not below the folder of SCOREMESH_IMPORT, and nothing else may be read`);
  const wanted = resolve(root, below);
  const real = await realpath(wanted).catch((error: NodeJS.ErrnoException) => {
    throw refused(`'${path}' can't be read: ${error.code ?? error.message}`);
  });
  if (real !== wanted) throw refused(`'${path}' is reached through a link; name the folder itself`);
  return real;
}

function isInside(below: string): boolean {
  return below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

async function copyFile(
  source: string,
  name: string,
  path: string,
  upload: Pick<Upload, 'write'>,
): Promise<void> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      const why =
        error.code === 'ELOOP' ? 'is a link; put the file itself there' : `can't be read: ${error.code}`;
      throw refused(`'${name}' in '${path}' ${why}`);
    },
  );
  if (file === undefined) return;
  try {
    if (!(await file.stat()).isFile()) throw refused(`'${name}' in '${path}' is no plain file`);
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, null);
      if (bytesRead === 0) break;
      await upload.write(name, buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

function refused(description: string): MeshError {
  return invalidRequest([{ field: 'header.path', description }]);
}
