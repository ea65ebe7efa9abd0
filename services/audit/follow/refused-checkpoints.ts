import { join } from 'node:path';
import type { Log } from '../../kit/log/log.ts';
import { replaceFileDurably, type TreeDisk } from '../tree/tree-disk.ts';

export interface RefusedDeps {
  /** Of the replica. */
  readonly folder: string;
  readonly disk: TreeDisk;
  readonly log: Log;
}

const maxKept = 16;

/**
 * Keeps a checkpoint that was refused, because the log's key signed it: with the one that was verified before it shows what happened.
 * The first of a size is never overwritten.
 */
export async function keepRefused(
  { disk, folder, log }: RefusedDeps,
  checkpoint: string,
  size: number,
): Promise<void> {
  const refused = join(folder, 'refused');
  await disk.makeFolder(refused);
  const kept = await disk.list(refused);
  const name = String(size);
  if (kept.includes(name) || kept.length >= maxKept) return;
  await replaceFileDurably(disk, join(refused, name), Buffer.from(checkpoint));
  log.error('a signed checkpoint does not continue the audit log, and is kept as evidence', {
    file: join(refused, name),
  });
}
