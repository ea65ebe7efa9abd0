import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { type Declarations, type Entry, type Fault, mergeDeclarations } from './declarations.ts';
import { fileSchema, type SetDeclaration, setSchema, type ViewDeclaration, viewSchema } from './schema.ts';

/** A declaration is written by people; more is a mistake, such as a data file that ended up in the folder. */
const maxFileBytes = 4 * 1024 * 1024;

/**
 * Every *.yaml and *.yml of the folder (not of its subfolders), merged. An undefined folder declares nothing. Fails with
 * CONFIG_INVALID, which names every fault of every file at once.
 */
export async function readDeclarations(folder: string | undefined): Promise<Declarations> {
  if (folder === undefined) return { views: new Map(), sets: new Map() };
  const faults: Fault[] = [];
  const views: Entry<ViewDeclaration>[] = [];
  const sets: Entry<SetDeclaration>[] = [];
  let unreadable = false;
  for (const file of await listFiles(folder)) {
    const content = await parseFile(folder, file, faults);
    if (content === undefined) {
      unreadable = true;
      continue;
    }
    for (const [name, body] of Object.entries(content.views ?? {}))
      views.push({ file, name, body: parse(viewSchema, body, file, `views.${name}`, faults) });
    for (const [name, body] of Object.entries(content.sets ?? {}))
      sets.push({ file, name, body: parse(setSchema, body, file, `sets.${name}`, faults) });
  }
  // What a file that can't be read declares is unknown, so sets must not be blamed for naming it.
  const declarations = mergeDeclarations(views, unreadable ? [] : sets, faults);
  if (faults.length > 0) throw invalid(folder, faults);
  return declarations;
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

async function parseFile(
  folder: string,
  file: string,
  faults: Fault[],
): Promise<z.output<typeof fileSchema> | undefined> {
  try {
    const path = join(folder, file);
    const { size } = await stat(path);
    if (size > maxFileBytes)
      throw new Error(`has ${size} bytes; a declaration has at most ${maxFileBytes}: move it elsewhere`);
    const document = parseDocument(await readFile(path, 'utf8'));
    const problems = [...document.errors, ...document.warnings];
    for (const problem of problems) faults.push({ file, path: '', message: problem.message });
    if (problems.length > 0) return undefined;
    return parse(fileSchema, document.toJS() ?? {}, file, '', faults);
  } catch (error) {
    faults.push({ file, path: '', message: messageOf(error) });
    return undefined;
  }
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  file: string,
  prefix: string,
  faults: Fault[],
): z.output<Schema> | undefined {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  for (const issue of result.error.issues)
    faults.push({ file, path: pathOf(prefix, issue.path), message: issue.message });
  return undefined;
}

function pathOf(prefix: string, path: readonly PropertyKey[]): string {
  let text = prefix;
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text;
}

function invalid(folder: string, faults: readonly Fault[]): MeshError {
  const violations = faults.map(({ file, path, message }) => ({
    field: path === '' ? file : `${file}: ${path}`,
    description: message,
  }));
  const lines = violations.map(({ field, description }) => `\n  ${field}: ${description}`);
  return new MeshError(
    'CONFIG_INVALID',
    `the feature declarations in ${folder} have ${faults.length} fault${faults.length === 1 ? '' : 's'}:${lines.join('')}`,
    { violations },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
