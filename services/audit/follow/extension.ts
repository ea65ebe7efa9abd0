import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Checkpoint } from '../../kit/transparency/checkpoint.ts';
import { isConsistent, type TreeHead } from '../../kit/transparency/merkle-proof.ts';
import type { LogSource } from './log-source.ts';

/** Throws LOG_DIVERGED unless the checkpoint is of a log that begins with this tree, as a proof of the writer shows. */
export async function requireExtension(
  kept: TreeHead,
  checkpoint: Checkpoint,
  source: Pick<LogSource, 'consistencyProof'>,
): Promise<void> {
  if (checkpoint.size < kept.size)
    throw diverged(
      kept,
      checkpoint,
      `is of ${checkpoint.size} entries, though ${kept.size} were verified before: it was rolled back`,
    );
  if (!(await isBeginning(kept, checkpoint, source)))
    throw diverged(
      kept,
      checkpoint,
      checkpoint.size === kept.size
        ? `has another root at ${kept.size} entries than the one that was verified before: it was forked`
        : `of ${checkpoint.size} entries does not continue the ${kept.size} that were verified before, or its proof is false: it was forked`,
    );
}

/** Whether the writer proves that a tree is the beginning of the one that it signed. */
export async function isBeginning(
  tree: TreeHead,
  checkpoint: Checkpoint,
  source: Pick<LogSource, 'consistencyProof'>,
): Promise<boolean> {
  if (tree.size === checkpoint.size) return tree.rootHash.equals(checkpoint.rootHash);
  const proof = tree.size === 0 ? [] : await source.consistencyProof(tree.size, checkpoint.size);
  return isConsistent(tree, checkpoint, proof);
}

export function diverged(kept: TreeHead, { origin, size }: Checkpoint, what: string): MeshError {
  return new MeshError(
    'LOG_DIVERGED',
    `the checkpoint of ${origin} ${what}; nothing of it is taken, and what is here is served as of its last good checkpoint: find out what happened to the log of the writer`,
    { metadata: { kept_size: String(kept.size), size: String(size) } },
  );
}
