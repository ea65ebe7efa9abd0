import { join } from 'node:path';
import { z } from 'zod';
import { digestOfFile } from '../execution/model-file.ts';
import { readOptional } from './repository.ts';

const fileName = 'manifest.json';

const manifest = z.strictObject({
  files: z.record(
    z.string().regex(/^[^/\\]+$/, 'is no plain file name'),
    z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is no "sha256:<64 hexadecimal digits>"'),
  ),
});

/**
 * Whether the files of a version's folder are those of its manifest.json, `{"files": {"model.onnx": "sha256:<hex>"}}`: 'none' without
 * one, 'complete' if all that it lists are there as it says, else what is not.
 */
export async function checkManifest(folder: string): Promise<'none' | 'complete' | { fault: string }> {
  const text = await readOptional(join(folder, fileName));
  if (text === undefined) return 'none';
  if (typeof text !== 'string') return { fault: text.faults.join('; ') };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { fault: (error as Error).message };
  }
  const parsed = manifest.safeParse(json);
  if (!parsed.success)
    return {
      fault: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    };
  for (const [file, wanted] of Object.entries(parsed.data.files)) {
    const found = await digestOfFile(join(folder, file));
    if (found === undefined) return { fault: `${file} is not there` };
    if (found !== wanted) return { fault: `${file} has ${found}, not ${wanted}` };
  }
  return 'complete';
}
