import { join } from 'node:path';
import { z } from 'zod';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { asStorageError, makeFolder, replaceFile } from './durable-files.ts';
import { readOptional } from './repository.ts';

/** Where an alias was moved by a call. */
export interface StoredAlias {
  readonly version: number;
  /** Where it was before, the latest last; at most 100. */
  readonly history: readonly number[];
}

/** Aliases that were moved by calls. They count more than those of aliases.yaml, until they are taken back. */
export interface AliasStore {
  of(model: string): ReadonlyMap<string, StoredAlias>;
  /**
   * Durable when it resolves, with what makes it count in `of`; undefined takes the alias back. A failure leaves everything as it was.
   */
  write(model: string, alias: string, stored: StoredAlias | undefined): Promise<() => void>;
}

// No model is named like it, whose folder would stand in its place.
const fileName = '.aliases.json';
const maxHistory = 100;

const version = z
  .int()
  .min(1)
  .max(2 ** 32 - 1);
const content = z.strictObject({
  aliases: z.array(
    z.strictObject({ model: z.string(), alias: z.string(), version, history: z.array(version) }),
  ),
});

/**
 * The aliases of `<folder>/.aliases.json`. Fails with STATE_CORRUPT if it can't be used: passing over it could have another version
 * answer than the one that was chosen.
 */
export async function openAliasStore(folder: string): Promise<AliasStore> {
  const path = join(folder, fileName);
  const written = await readStored(path);
  const counted = new Map(written);
  let last: Promise<unknown> = Promise.resolve();

  const write = async (
    model: string,
    alias: string,
    stored: StoredAlias | undefined,
  ): Promise<() => void> => {
    const ofModel = new Map(written.get(model));
    if (stored === undefined) ofModel.delete(alias);
    else ofModel.set(alias, { ...stored, history: stored.history.slice(-maxHistory) });
    await makeFolder(folder).catch(asStorageError);
    await replaceFile(path, textOf(new Map(written).set(model, ofModel))).catch(asStorageError);
    written.set(model, ofModel);
    return () => counted.set(model, ofModel);
  };

  return {
    of: (model) => counted.get(model) ?? none,
    write: (model, alias, stored) => {
      const writing = last.then(() => write(model, alias, stored));
      last = writing.catch(() => {});
      return writing;
    },
  };
}

const none: ReadonlyMap<string, StoredAlias> = new Map();

async function readStored(path: string): Promise<Map<string, ReadonlyMap<string, StoredAlias>>> {
  const fail = (why: string): MeshError =>
    new MeshError(
      'STATE_CORRUPT',
      `'${path}', which says where aliases were moved, can't be used: ${why}; restore it, or remove it to go back to every aliases.yaml`,
    );
  const text = await readOptional(path);
  if (text === undefined) return new Map();
  if (typeof text !== 'string') throw fail(text.faults.join('; '));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw fail((error as Error).message);
  }
  const parsed = content.safeParse(json);
  if (!parsed.success)
    throw fail(parsed.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`).join('; '));
  const stored = new Map<string, Map<string, StoredAlias>>();
  for (const { model, alias, version, history } of parsed.data.aliases) {
    const ofModel = stored.get(model) ?? new Map<string, StoredAlias>();
    if (ofModel.has(alias)) throw fail(`'${alias}' of '${model}' stands there twice`);
    stored.set(model, ofModel.set(alias, { version, history }));
  }
  return stored;
}

function textOf(aliases: ReadonlyMap<string, ReadonlyMap<string, StoredAlias>>): string {
  const list = [...aliases].flatMap(([model, ofModel]) =>
    Array.from(ofModel, ([alias, stored]) => ({ model, alias, ...stored })),
  );
  return `${JSON.stringify({ aliases: list }, null, 2)}\n`;
}
