import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import { makeFolder, replaceFile } from '../repository/durable-files.ts';
import { readOptional } from '../repository/repository.ts';

/** What is loaded. */
interface Named {
  readonly model: string;
  readonly version: number;
}

/** Remembers loads that the process did not live to see the end of: native code takes the whole process with it when it crashes. */
export interface UnfinishedLoads {
  /**
   * Does the work, of which one is under way at a time. If the process ended during the last three loads of that version, it fails
   * with MODEL_INVALID instead, unless somebody asked for it: a process that can't start at all serves no other model either.
   */
  during<T>(load: Named, isAsked: boolean, work: () => Promise<T>): Promise<T>;
}

// A process is killed during a load by accident, too; three times in a row is no accident.
const maxEnded = 3;
// No model is named like it.
const fileName = '.loading.json';

const content = z.strictObject({
  loads: z.array(z.strictObject({ model: z.string(), version: z.int(), ended: z.int() })),
});

/** Keeps them in `<folder>/.loading.json`, which is there while there are any. Where that can't be written or read, loads go on without. */
export async function openUnfinishedLoads(folder: string, log: Log): Promise<UnfinishedLoads> {
  const path = join(folder, fileName);
  const ended = await readEnded(path);

  const store = async (): Promise<void> => {
    const loads = Array.from(ended.values());
    try {
      if (loads.length === 0) return await rm(path, { force: true });
      await makeFolder(folder);
      await replaceFile(path, `${JSON.stringify({ loads })}\n`);
    } catch (error) {
      log.warn('which model is being loaded can not be noted', { path, error });
    }
  };

  return {
    during: async ({ model, version }, isAsked, work) => {
      const key = `${model}/${version}`;
      const before = ended.get(key)?.ended ?? 0;
      if (before >= maxEnded && !isAsked)
        throw new MeshError(
          'MODEL_INVALID',
          `'${key}' is not loaded: the process ended during each of its last ${before} loads; register another version, or load it by a call to try it again, or remove '${fileName}' in the folder of registered models and restart`,
        );
      ended.set(key, { model, version, ended: before + 1 });
      await store();
      try {
        return await work();
      } finally {
        ended.delete(key);
        await store();
      }
    },
  };
}

async function readEnded(path: string): Promise<Map<string, z.infer<typeof content>['loads'][number]>> {
  const text = await readOptional(path);
  if (typeof text !== 'string') return new Map();
  try {
    const { loads } = content.parse(JSON.parse(text));
    return new Map(loads.map((load) => [`${load.model}/${load.version}`, load]));
  } catch {
    return new Map();
  }
}
