import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import { asStorageError, makeFolder, syncFolder } from './durable-files.ts';

/** A version that is being received. */
export interface Upload {
  /**
   * Appends to a file. Files come one after the other. Fails with INVALID_REQUEST for a name that is no part of a version, a file
   * that was there before, and one that is too large.
   */
  write(file: string, data: Uint8Array): Promise<void>;
  /** Makes the files durable. Resolves with the digest of the model; fails with INVALID_REQUEST if it is missing or empty. */
  finish(): Promise<{ digest: string }>;
  /**
   * Puts the version in its place, as a whole; durable when it resolves with its folder. Fails with MODEL_EXISTS. To be called after
   * finish.
   */
  commit(version: number): Promise<string>;
  /** Leaves nothing behind; does nothing after commit. */
  discard(): Promise<void>;
}

/** Where registered versions are received. */
export interface Uploads {
  begin(model: string): Promise<Upload>;
}

export interface UploadLimits {
  readonly maxModelBytes: number;
}

const modelFile = 'model.onnx';
// Text that people write; cases of golden.json hold tensors.
const maxTextBytes = 1024 * 1024;
const maxGoldenBytes = 64 * 1024 * 1024;
const draftPrefix = '.upload-';

/** What a registered version is made of, and how large each file may be. */
export function versionFiles(limits: UploadLimits): ReadonlyMap<string, number> {
  return new Map([
    [modelFile, limits.maxModelBytes],
    ['model.yaml', maxTextBytes],
    ['config.pbtxt', maxTextBytes],
    ['golden.json', maxGoldenBytes],
  ]);
}

/** Removes what an earlier process left unfinished below `folder`, which need not exist. */
export async function openUploads(folder: string, limits: UploadLimits): Promise<Uploads> {
  await removeDrafts(folder);
  const files = versionFiles(limits);
  return {
    begin: async (model) => {
      const modelFolder = join(folder, model);
      const draft = join(modelFolder, `${draftPrefix}${randomUUID()}`);
      await makeFolder(folder).catch(asStorageError);
      await mkdir(draft, { recursive: true }).catch(asStorageError);
      return createUpload(model, modelFolder, draft, files);
    },
  };
}

function createUpload(
  model: string,
  modelFolder: string,
  draft: string,
  files: ReadonlyMap<string, number>,
): Upload {
  const sizes = new Map<string, number>();
  const hash = createHash('sha256');
  let current: { readonly name: string; readonly file: FileHandle } | undefined;

  const closeCurrent = async (): Promise<void> => {
    const closing = current;
    current = undefined;
    if (closing === undefined) return;
    try {
      await closing.file.sync();
    } finally {
      await closing.file.close();
    }
  };

  const openFile = async (name: string): Promise<FileHandle> => {
    if (!files.has(name))
      throw refused('chunk.file', `'${name}' is no file of a version; send ${[...files.keys()].join(', ')}`);
    if (sizes.has(name))
      throw refused('chunk.file', `'${name}' was sent before; send the files one after the other`);
    await closeCurrent().catch(asStorageError);
    const file = await open(join(draft, name), 'wx').catch(asStorageError);
    current = { name, file };
    sizes.set(name, 0);
    return file;
  };

  return {
    write: async (name, data) => {
      const file = current?.name === name ? current.file : await openFile(name);
      const size = (sizes.get(name) ?? 0) + data.length;
      const limit = files.get(name) ?? 0;
      if (size > limit)
        throw refused('chunk.data', `'${name}' is larger than the ${limit} bytes it may have`);
      sizes.set(name, size);
      if (name === modelFile) hash.update(data);
      await file.writeFile(data).catch(asStorageError);
    },
    finish: async () => {
      await closeCurrent().catch(asStorageError);
      if ((sizes.get(modelFile) ?? 0) === 0)
        throw refused(
          'chunk',
          `${modelFile} is ${sizes.has(modelFile) ? 'empty' : 'missing'}; send the model`,
        );
      await syncFolder(draft);
      return { digest: `sha256:${hash.digest('hex')}` };
    },
    commit: async (version) => {
      const place = join(modelFolder, String(version));
      await rename(draft, place).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST' || error.code === 'ENOTDIR')
          throw modelExists(model, version);
        return asStorageError(error);
      });
      await syncFolder(modelFolder);
      await syncFolder(dirname(modelFolder));
      return place;
    },
    discard: async () => {
      await closeCurrent().catch(() => {});
      await rm(draft, { recursive: true, force: true });
      // The folder of a model without a version; that of another is not empty, and stays.
      await rmdir(modelFolder).catch(() => {});
    },
  };
}

export function modelExists(model: string, version: number): MeshError {
  return new MeshError(
    'MODEL_EXISTS',
    `'${model}' version ${version} exists and is never overwritten; register another version, or 0 for the next`,
  );
}

async function removeDrafts(folder: string): Promise<void> {
  const models = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const model of models) {
    if (!model.isDirectory()) continue;
    const modelFolder = join(folder, model.name);
    for (const name of await readdir(modelFolder).catch(() => []))
      if (name.startsWith(draftPrefix)) await rm(join(modelFolder, name), { recursive: true, force: true });
    await rmdir(modelFolder).catch(() => {});
  }
}

function refused(field: string, description: string): MeshError {
  return invalidRequest([{ field, description }]);
}
