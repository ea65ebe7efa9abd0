import { join } from 'node:path';
import { proofFaultOf } from '../../kit/transparency/proof-fault.ts';
import type { SignedHead } from '../log/commit.ts';
import { trustedCheckpoint } from '../operation/back-up/trusted-checkpoint.ts';
import type { MerkleTree } from '../tree/merkle-tree.ts';
import { treeCorrupt } from '../tree/tile-files.ts';
import { readSmallFile, replaceFileDurably, type TreeDisk } from '../tree/tree-disk.ts';

const maxBytes = 64 * 1024;

/** A checkpoint of a replica, kept as its writer signed it: entries and tree up to its size are there. */
export class CheckpointFile {
  readonly #disk: TreeDisk;
  readonly #path: string;

  constructor(disk: TreeDisk, folder: string, name: 'checkpoint' | 'cosigned') {
    this.#disk = disk;
    this.#path = join(folder, name);
  }

  /** Undefined if there is none. STATE_CORRUPT if it is damaged, not signed by this key, or does not fit the tree. */
  async read(vkey: string, tree: Pick<MerkleTree, 'headAt' | 'size'>): Promise<SignedHead | undefined> {
    const bytes = await readSmallFile(this.#disk, this.#path, maxBytes);
    if (bytes === undefined) return undefined;
    const checkpoint = bytes.toString('utf8');
    try {
      const { rootHash, size } = trustedCheckpoint(checkpoint, vkey);
      if (size > tree.size)
        throw treeCorrupt(this.#path, `it is of ${size} entries, but the log has only ${tree.size}`);
      if (!(await tree.headAt(size)).rootHash.equals(rootHash))
        throw treeCorrupt(this.#path, `the tree has another root at ${size} entries`);
      return { size, checkpoint };
    } catch (error) {
      if (proofFaultOf(error) === undefined) throw error;
      throw treeCorrupt(this.#path, (error as Error).message);
    }
  }

  /** Durable when it resolves. */
  async write(checkpoint: string): Promise<void> {
    await replaceFileDurably(this.#disk, this.#path, Buffer.from(checkpoint));
  }
}
