import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { defaultAlias } from '../lifecycle/resolution.ts';
import { type Parsed, parseAliasesYaml } from './model-yaml.ts';

/** A version that the models folder holds. */
export interface FoundVersion {
  readonly model: string;
  readonly version: number;
  readonly folder: string;
}

/** Something in the models folder that can't be a version. */
export interface Fault {
  readonly model: string;
  /** 0 where there is no number to name it by. */
  readonly version: number;
  readonly reason: string;
  /**
   * Aliases that lead to it. A broken aliases.yaml keeps the default alias, because a bare name would otherwise silently be
   * answered by another version.
   */
  readonly aliases: readonly string[];
}

export interface FoundModels {
  /** By model, then version. */
  readonly versions: readonly FoundVersion[];
  readonly faults: readonly Fault[];
  /** Model -> alias -> version; each of them is among `versions` or `faults`. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

const nameForm = /^[A-Za-z0-9_.-]{1,64}$/;
const versionForm = /^[1-9][0-9]*$/;
const maxVersion = 2 ** 32 - 1;

/**
 * What stands in the models folder: `<model>/<version>/model.onnx`, `<model>/aliases.yaml`. Plain files and folders whose names
 * start with a dot are passed over. Reads no model. Fails with CONFIG_INVALID if the folder itself can't be read.
 */
export async function scanModels(folder: string): Promise<FoundModels> {
  const versions: FoundVersion[] = [];
  const faults: Fault[] = [];
  const aliases = new Map<string, ReadonlyMap<string, number>>();
  const models = await foldersIn(folder).catch((error: Error) => {
    const message = `the models folder '${folder}' can't be read: ${error.message}; create it or name another`;
    throw new MeshError('CONFIG_INVALID', message, {}, error);
  });
  for (const model of models) {
    if (!nameForm.test(model)) {
      const reason = `'${model}' is no model name; use 1 to 64 of A-Z a-z 0-9 _ . -`;
      faults.push({ model, version: 0, reason, aliases: [] });
      continue;
    }
    const found = await scanModel(join(folder, model), model);
    versions.push(...found.versions);
    faults.push(...found.faults);
    aliases.set(model, found.aliases);
  }
  return { versions, faults, aliases };
}

async function scanModel(
  folder: string,
  model: string,
): Promise<{ versions: FoundVersion[]; faults: Fault[]; aliases: Map<string, number> }> {
  const versions: FoundVersion[] = [];
  const faults: Fault[] = [];
  const fault = (version: number, reason: string, aliases: string[] = []): void => {
    faults.push({ model, version, reason, aliases });
  };
  const names = await foldersIn(folder).catch((error: Error) => {
    fault(0, `'${model}' can't be read: ${error.message}`);
    return [];
  });
  for (const name of names) {
    const version = Number(name);
    if (!versionForm.test(name) || version > maxVersion)
      fault(
        0,
        `'${model}/${name}' is no version; a version's folder is named by an integer from 1, e.g. '${model}/1'`,
      );
    else versions.push({ model, version, folder: join(folder, name) });
  }
  versions.sort((a, b) => a.version - b.version);
  if (versions.length === 0 && faults.length === 0)
    fault(0, `'${model}' has no version; put the model at '${model}/1/model.onnx'`);

  const aliases = await readAliases(folder);
  if ('faults' in aliases) {
    fault(0, `'${model}/aliases.yaml' can't be used: ${aliases.faults.join('; ')}`, [defaultAlias]);
    return { versions, faults, aliases: new Map([[defaultAlias, 0]]) };
  }
  for (const version of new Set(aliases.value.values())) {
    if (versions.some((found) => found.version === version)) continue;
    const pointing = [...aliases.value].filter(([, target]) => target === version).map(([alias]) => alias);
    fault(version, `'${model}/aliases.yaml' points at version ${version}, which has no folder`, pointing);
  }
  return { versions, faults, aliases: aliases.value };
}

async function readAliases(folder: string): Promise<Parsed<Map<string, number>>> {
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
    return code === 'ENOENT' ? undefined : { faults: [message] };
  }
}

/** Names of the folders in a folder, sorted; links are followed, because mounted volumes are made of them. */
async function foldersIn(folder: string): Promise<string[]> {
  const folders: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (name.startsWith('.')) continue;
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.isDirectory() === true) folders.push(name);
  }
  return folders;
}
