import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../../../kit/errors/mesh-error.ts';
import type { TreeHead } from '../../../kit/transparency/merkle-proof.ts';
import { frameLeafHash } from '../../log/frame.ts';
import { readPruningNote } from '../../log/pruning-note.ts';
import { auditFolders } from '../../opening.ts';
import { realSealingDisk } from '../../sealing/sealing-disk.ts';
import { Findings } from '../check/findings.ts';
import { walkWholeLog } from '../check/log-walk.ts';
import { TreeCheck } from '../check/tree-check.ts';

/** A log that stands where one is to be restored, as far as it can be read. */
export interface ExistingLog extends TreeHead {
  /** The tree as it was noted. */
  readonly head: TreeHead | undefined;
  readonly vkey: string | undefined;
}

/** Undefined if there is none. STATE_CORRUPT if it can't be told any more what it was. */
export async function readExisting(folder: string, signal: AbortSignal): Promise<ExistingLog | undefined> {
  const folders = auditFolders(folder);
  if (!existsSync(folders.log)) return undefined;
  const disk = realSealingDisk();
  const findings = new Findings();
  const note = await readPruningNote(disk, folders.log, 'pruned').catch(() => undefined);
  const tree = await TreeCheck.begin({ disk, folder: folders.tree, findings }, note?.firstIndex ?? 0);
  await tree.addStored(note?.firstIndex ?? 0);
  const walked = await walkWholeLog({
    disk,
    folder: folders.log,
    findings,
    unclean: true,
    visit: (frame) => tree.add(frameLeafHash(frame.bytes, frame.offset)),
    lost: async (_, to) => await tree.addStored(to),
    progress: async () => {
      if (signal.aborted) throw new MeshError('CALL_CANCELLED', 'the restore was stopped before its end');
      await tree.compareTiles();
    },
  });
  const head = tree.storedHead;
  if (tree.size < walked.end && head === undefined)
    throw new MeshError(
      'STATE_CORRUPT',
      `the log in ${folder} is too damaged to be compared with the back-up: move it away, and compare the restored one with a checkpoint`,
    );
  const vkey = await readFile(join(folder, 'vkey'), 'utf8').catch(() => undefined);
  return {
    // Beyond what the tree can tell the noted head has to do.
    size: tree.size < walked.end ? 0 : tree.size,
    rootHash: tree.root(),
    head,
    vkey: vkey?.trim(),
  };
}
