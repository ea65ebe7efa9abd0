import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidRequest } from '../../kit/errors/mesh-error.ts';
import { createRepository, type FoundModel, modelNameFault, type Repository } from './repository.ts';
import type { VersionPolicy } from './serving-config.ts';

/** Models that were given with a call to load them, kept while they are in force. */
export interface OverrideFolders {
  /**
   * Writes the files of a model, by "<version>/<file>", and answers what they make up. Fails with INVALID_REQUEST for any other path.
   */
  write(
    name: string,
    files: ReadonlyMap<string, Buffer>,
  ): Promise<{ readonly model: FoundModel; discard(): Promise<void> }>;
}

const pathForm = /^[1-9][0-9]*\/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$/;

/** Removes what an earlier process left below `folder`, which need not exist. */
export async function openOverrideFolders(
  folder: string,
  readPolicy: (modelFolder: string) => Promise<VersionPolicy>,
): Promise<OverrideFolders> {
  const place = join(folder, '.overrides');
  await rm(place, { recursive: true, force: true });
  return {
    write: async (name, files) => {
      const nameFault = modelNameFault(name);
      if (nameFault !== undefined) throw invalidRequest([{ field: 'model_name', description: nameFault }]);
      for (const path of files.keys())
        if (!pathForm.test(path))
          throw invalidRequest([
            {
              field: 'parameters',
              description: `'file:${path}' is no file of a version; use 'file:1/model.onnx'`,
            },
          ]);
      const root = join(place, randomUUID());
      const discard = (): Promise<void> => rm(root, { recursive: true, force: true });
      try {
        for (const [path, content] of files) {
          await mkdir(join(root, name, path.slice(0, path.indexOf('/'))), { recursive: true });
          await writeFile(join(root, name, path), content);
        }
        const repository: Repository = createRepository(
          { modelsFolder: root, registryFolder: join(root, '.none') },
          readPolicy,
        );
        const model = await repository.model(name);
        if (model === undefined || model.versions.length === 0)
          throw invalidRequest([
            { field: 'parameters', description: model?.faults[0] ?? 'no file was given for any version' },
          ]);
        return { model, discard };
      } catch (error) {
        await discard();
        throw error;
      }
    },
  };
}
