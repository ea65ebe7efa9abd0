import { rm } from 'node:fs/promises';
import type { Log } from '../../kit/log/log.ts';
import { isConsistent } from '../../kit/transparency/merkle-proof.ts';
import { proofInvalid } from '../../kit/transparency/proof-fault.ts';
import { parseVerifierKey, signatureTypes } from '../../kit/transparency/verifier-key.ts';
import { auditFolders } from '../opening.ts';
import { trustedCheckpoint } from '../operation/back-up/trusted-checkpoint.ts';
import { openTree } from '../tree/opening.ts';
import { tileWidth } from '../tree/tile.ts';
import type { TreeDisk } from '../tree/tree-disk.ts';
import type { FollowConfig } from './config.ts';
import type { LogSource } from './log-source.ts';
import { keepVkey } from './pinned-key.ts';
import { writeReplicaNote } from './replica-note.ts';

export interface FirstContactDeps {
  readonly config: FollowConfig;
  readonly treeDisk: TreeDisk;
  readonly log: Log;
}

/** What a replica begins with. */
export interface Beginning {
  readonly firstIndex: number;
  readonly vkey: string;
}

/**
 * Makes an empty replica: pins the key, and of a pruned log fetches the hashes of what is gone, which are verified against the checkpoint.
 * Durable when it resolves; interrupted, it begins again.
 */
export async function meetWriter(
  { config, log, treeDisk }: FirstContactDeps,
  source: LogSource,
  pinned: string | undefined,
): Promise<Beginning> {
  const { folder } = config;
  const vkey = pinned ?? parseVerifierKey(await source.vkey(), signatureTypes.log).vkey;
  const text = await source.checkpoint();
  const checkpoint = trustedCheckpoint(text, vkey);
  const minimum = await source.minimum();
  if (minimum > checkpoint.size)
    throw proofInvalid(
      'malformed',
      `the writer says that its entries begin at ${minimum}, but its checkpoint is of ${checkpoint.size}`,
    );
  // What a kill left.
  await rm(auditFolders(folder).tree, { recursive: true, force: true });
  await writeReplicaNote(folder, treeDisk, { firstIndex: undefined });
  if (minimum > 0) {
    log.info('the audit replica fetches the hashes of pruned entries', { entries: minimum });
    const tree = await openTree({
      folder: auditFolders(folder).tree,
      disk: treeDisk,
      size: minimum,
      readLeafHashes: async (from, to) => await hashesOf(source, from, to),
      log,
    });
    const { rootHash, size } = tree.head();
    const proof = size === checkpoint.size ? [] : await source.consistencyProof(size, checkpoint.size);
    const isPart = isConsistent({ rootHash, size }, checkpoint, proof);
    // Flushes: what follows says that it is there.
    await tree.close();
    if (!isPart)
      throw proofInvalid(
        'proof_differs',
        `the hashes of the first ${size} entries that the writer serves do not belong to its checkpoint of ${checkpoint.size}`,
      );
  }
  if (pinned === undefined)
    log.warn(
      'the audit replica trusts the key that the writer named at first contact; compare it with the one you know',
      {
        // Named so, because what ends with "key" is masked.
        verifier: vkey,
        writer: config.writer,
      },
    );
  await keepVkey(folder, treeDisk, vkey);
  await writeReplicaNote(folder, treeDisk, { firstIndex: minimum });
  return { firstIndex: minimum, vkey };
}

const tilesAtOnce = 8;

async function hashesOf(source: LogSource, from: number, to: number): Promise<Buffer[]> {
  const hashes: Buffer[] = [];
  for (let at = from; at < to; at += tilesAtOnce * tileWidth) {
    const count = Math.min(tilesAtOnce, (to - at) / tileWidth);
    const tiles = Array.from({ length: count }, (_, n) => source.leafTile(at / tileWidth + n));
    hashes.push(...(await Promise.all(tiles)).flat());
  }
  return hashes;
}
