import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError, toMeshError } from '../../kit/errors/mesh-error.ts';
import { parseAliasesYaml } from './model-yaml.ts';
import type { VersionPolicy } from './serving-config.ts';

/** A version that a folder holds. */
export interface FoundVersion {
  readonly model: string;
  readonly version: number;
  readonly folder: string;
}

/** A version of the repository. */
export interface RepositoryVersion extends FoundVersion {
  /** Whether it came by RegisterModel: put in place as a whole, and never changed. */
  readonly isRegistered: boolean;
}

/** A model as its folders hold it. Nothing of it is told twice: what is wrong with a version's content shows when it is loaded. */
export interface FoundModel {
  readonly name: string;
  /** In ascending order. */
  readonly versions: readonly RepositoryVersion[];
  /** What stands there and can't be a version. */
  readonly faults: readonly string[];
  /** aliases.yaml, or why it can't be used. */
  readonly aliases: ReadonlyMap<string, number> | { readonly fault: string };
  /** What config.pbtxt says; undefined if it can't be used, which every version then says. */
  readonly policy: VersionPolicy | undefined;
  /** Whether a folder could not be read, so that versions may be missing. */
  readonly unreadable: boolean;
}

/** The folder of models and that of registered versions as one: `<model>/<version>/model.onnx`, `<model>/aliases.yaml`. */
export interface Repository {
  /**
   * Every model, by name. Plain files and folders whose names start with a dot are passed over. Reads no model. Fails with
   * CONFIG_INVALID if the folder of models itself can't be read.
   */
  models(): Promise<FoundModel[]>;
  /** One model; undefined if there is no folder of that name. */
  model(name: string): Promise<FoundModel | undefined>;
}

const nameForm = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$/;
const versionForm = /^[1-9][0-9]*$/;
export const maxVersion = 2 ** 32 - 1;

/** What is wrong with a model's name; undefined if nothing is. */
export function modelNameFault(name: string): string | undefined {
  if (nameForm.test(name)) return undefined;
  return `'${name}' is no model name; use 1 to 64 of A-Z a-z 0-9 _ . -, not beginning with a dot`;
}

/** A version that both folders hold is that of the folder of models; the other is told as a fault. */
export function createRepository(
  folders: { readonly modelsFolder: string; readonly registryFolder: string },
  readPolicy: (modelFolder: string) => Promise<VersionPolicy>,
): Repository {
  const { modelsFolder, registryFolder } = folders;

  const read = async (name: string): Promise<FoundModel> => {
    const nameFault = modelNameFault(name);
    if (nameFault !== undefined) return { ...nothing, name, faults: [nameFault] };
    const folder = join(modelsFolder, name);
    const [own, registered] = await Promise.all([
      readVersions(folder, name, false),
      readVersions(join(registryFolder, name), name, true),
    ]);
    const versions = [...own.versions];
    const faults = [...own.faults, ...registered.faults];
    for (const found of registered.versions) {
      if (!own.versions.some(({ version }) => version === found.version)) versions.push(found);
      else
        faults.push(
          `'${name}' version ${found.version} stands in the folder of models and was registered, too; the former counts; remove one of them`,
        );
    }
    versions.sort((a, b) => a.version - b.version);
    const aliases = await readAliases(folder);
    return {
      name,
      versions,
      faults,
      aliases:
        'value' in aliases
          ? aliases.value
          : { fault: `'${name}/aliases.yaml' can't be used: ${aliases.faults.join('; ')}` },
      policy: await readPolicy(folder).catch((error: unknown) => {
        if (toMeshError(error).reason === 'INTERNAL') throw error;
        return undefined;
      }),
      unreadable: own.unreadable || registered.unreadable,
    };
  };

  return {
    models: async () => {
      const names = await foldersIn(modelsFolder).catch((error: Error) => {
        const message = `the models folder '${modelsFolder}' can't be read: ${error.message}; create it or name another`;
        throw new MeshError('CONFIG_INVALID', message, {}, error);
      });
      const registered = await foldersIn(registryFolder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        const message = `the folder of registered models '${registryFolder}' can't be read: ${error.message}`;
        throw new MeshError('CONFIG_INVALID', message, {}, error);
      });
      const found: FoundModel[] = [];
      for (const name of new Set([...names, ...registered])) {
        const model = await read(name);
        if (!isEmpty(model)) found.push(model);
        // The folder of a first upload that is under way holds nothing yet.
        else if (names.includes(name))
          found.push({
            ...model,
            faults: [`'${name}' has no version; put the model at '${name}/1/model.onnx'`],
          });
      }
      return found.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    model: async (name) => {
      if (modelNameFault(name) !== undefined) return undefined;
      const found = await Promise.all(
        [modelsFolder, registryFolder].map((folder) => isFolder(join(folder, name))),
      );
      return found.includes(true) ? read(name) : undefined;
    },
  };
}

function isEmpty({ aliases, faults, versions }: FoundModel): boolean {
  return versions.length === 0 && faults.length === 0 && !('fault' in aliases);
}

const nothing = { versions: [], aliases: new Map(), policy: { kind: 'all' }, unreadable: false } as const;

async function readVersions(
  folder: string,
  model: string,
  isRegistered: boolean,
): Promise<{ versions: RepositoryVersion[]; faults: string[]; unreadable: boolean }> {
  const versions: RepositoryVersion[] = [];
  const faults: string[] = [];
  let unreadable = false;
  const names = await foldersIn(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') {
      unreadable = true;
      faults.push(`'${model}' can't be read: ${error.message}`);
    }
    return [];
  });
  for (const name of names) {
    const version = Number(name);
    if (versionForm.test(name) && version <= maxVersion)
      versions.push({ model, version, folder: join(folder, name), isRegistered });
    else
      faults.push(
        `'${model}/${name}' is no version; a version's folder is named by an integer from 1, e.g. '${model}/1'`,
      );
  }
  return { versions, faults, unreadable };
}

async function readAliases(
  folder: string,
): Promise<{ value: ReadonlyMap<string, number> } | { faults: readonly string[] }> {
  const text = await readOptional(join(folder, 'aliases.yaml'));
  if (text === undefined) return { value: new Map() };
  if (typeof text !== 'string') return text;
  const parsed = parseAliasesYaml(text);
  return 'value' in parsed ? { value: new Map(Object.entries(parsed.value)) } : parsed;
}

/** A small text file, undefined if there is none, or why it can't be read. */
export async function readOptional(
  path: string,
): Promise<string | undefined | { faults: readonly string[] }> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : { faults: [message] };
  }
}

/** Names of the folders in a folder, sorted; links are followed, because mounted volumes are made of them. */
async function foldersIn(folder: string): Promise<string[]> {
  const folders: string[] = [];
  for (const name of (await readdir(folder)).sort())
    if (!name.startsWith('.') && (await isFolder(join(folder, name)))) folders.push(name);
  return folders;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
