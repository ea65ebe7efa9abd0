import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../../../kit/errors/mesh-error.ts';
import type { GivenConfig } from '../serving-config.ts';
import { maxConfigBytes, parseModelConfig } from './model-config-text.ts';

export const configFile = 'config.pbtxt';

/** config.pbtxt of a folder; undefined if there is none. Fails with MODEL_INVALID, naming it as below `label`. */
export async function readConfigFile(folder: string, label: string): Promise<GivenConfig | undefined> {
  const text = await readBounded(join(folder, configFile), label);
  if (text === undefined) return undefined;
  const parsed = parseModelConfig(text);
  if ('value' in parsed) return parsed.value;
  throw unusableConfig(`${label}/${configFile}`, parsed.faults);
}

export function unusableConfig(source: string, faults: readonly string[]): MeshError {
  return new MeshError('MODEL_INVALID', `'${source}' can't be used: ${faults.join('; ')}`);
}

async function readBounded(path: string, label: string): Promise<string | undefined> {
  const fail = (what: string): MeshError => unusableConfig(`${label}/${configFile}`, [what]);
  // Without O_NONBLOCK, opening a pipe waits for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw fail(`it can't be read: ${error.code}`);
    },
  );
  if (file === undefined) return undefined;
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw fail('it is no plain file');
    if (stat.size > maxConfigBytes)
      throw fail(`it has ${stat.size} bytes, more than the ${maxConfigBytes} that are allowed`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
