import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOfFile } from '../execution/model-file.ts';

/** SHA-256 of a model's file, "sha256:<hex>"; undefined if it can't be read. A file that looks as before is not read again. */
export type ContentDigest = (folder: string, fileName: string) => Promise<string | undefined>;

/** Files that are remembered. */
const maxKept = 4096;

export function createContentDigests(): ContentDigest {
  const known = new Map<string, { readonly sight: string; readonly digest: string }>();
  return async (folder, fileName) => {
    const path = join(folder, fileName);
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    if (found?.isFile() !== true) return undefined;
    const sight = `${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino}`;
    const kept = known.get(path);
    if (kept?.sight === sight) return kept.digest;
    const digest = await digestOfFile(path);
    if (digest === undefined) return undefined;
    if (known.size >= maxKept) known.clear();
    known.set(path, { sight, digest });
    return digest;
  };
}
