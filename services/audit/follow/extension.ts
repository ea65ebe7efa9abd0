import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Checkpoint } from '../../kit/transparency/checkpoint.ts';
import { isConsistent, type TreeHead } from '../../kit/transparency/merkle-proof.ts';
import type { MerkleTree } from '../tree/merkle-tree.ts';
import type { LogSource } from './log-source.ts';

/** Throws LOG_DIVERGED unless the checkpoint is of a log that begins with this tree, as a proof of the writer shows. */
export async function requireExtension(
  tree: Pick<MerkleTree, 'head' | 'headAt'>,
  checkpoint: Checkpoint,
  source: Pick<LogSource, 'consistencyProof'>,
): Promise<void> {
  const kept = tree.head();
  const { rootHash, size } = checkpoint;
  if (size < kept.size) {
    const isOurs = (await tree.headAt(size)).rootHash.equals(rootHash);
    const what = isOurs ? 'it was rolled back' : 'it has another root than this log had then: it was forked';
    throw diverged(
      kept,
      checkpoint,
      `is of ${size} entries, though ${kept.size} were verified before; ${what}`,
    );
  }
  if (await isBeginning(kept, checkpoint, source)) return;
  const what =
    size === kept.size
      ? 'has another root than the one that was verified before: it was forked'
      : `does not continue the ${kept.size} that were verified before: it was forked, or the proof is false`;
  throw diverged(kept, checkpoint, `of ${size} entries ${what}`);
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
