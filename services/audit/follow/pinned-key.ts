import { join } from 'node:path';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { parseVerifierKey, signatureTypes } from '../../kit/transparency/verifier-key.ts';
import { readSmallFile, replaceFileDurably, type TreeDisk } from '../tree/tree-disk.ts';
import type { FollowConfig } from './config.ts';

const maxBytes = 1024;

/** The key of the setting, or the one that was kept; undefined before first contact without one. CONFIG_INVALID if the two differ. */
export async function pinnedKey(
  { folder, vkey }: Pick<FollowConfig, 'folder' | 'vkey'>,
  disk: TreeDisk,
): Promise<string | undefined> {
  const given = vkey === undefined ? undefined : parseVerifierKey(vkey, signatureTypes.log).vkey;
  const kept = (await readSmallFile(disk, pathOf(folder), maxBytes))?.toString('utf8').trimEnd();
  if (given !== undefined && kept !== undefined && given !== kept)
    throw new MeshError(
      'CONFIG_INVALID',
      `SCOREMESH_AUDIT_FOLLOW_VKEY is ${given}, but the replica in ${folder} is of a log with the key ${kept}: give that one, or another folder for another log`,
    );
  return given ?? kept;
}

/** Durable when it resolves. */
export async function keepVkey(folder: string, disk: TreeDisk, vkey: string): Promise<void> {
  await replaceFileDurably(disk, pathOf(folder), Buffer.from(`${vkey}\n`));
}

function pathOf(folder: string): string {
  return join(folder, 'vkey');
}
