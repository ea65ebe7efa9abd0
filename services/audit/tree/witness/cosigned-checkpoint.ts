import { join } from 'node:path';
import { parseCheckpoint } from '../../../kit/transparency/checkpoint.ts';
import { cosignersOf, parseNote, verifyNote } from '../../../kit/transparency/note.ts';
import { proofFaultOf } from '../../../kit/transparency/proof-fault.ts';
import type { NoteVerifier } from '../../../kit/transparency/verifier-key.ts';
import type { MerkleTree } from '../merkle-tree.ts';
import { treeCorrupt } from '../tile-files.ts';
import { readSmallFile, replaceFileDurably, type TreeDisk } from '../tree-disk.ts';
import type { Offer } from './add-checkpoint.ts';

/** A checkpoint that witnesses have cosigned. */
export interface CosignedCheckpoint {
  /** The whole note with all signatures. */
  readonly text: string;
  readonly size: number;
  /** Names of the witnesses. */
  readonly witnesses: readonly string[];
}

const maxBytes = 1024 * 1024;

/** Keeps the newest one in a file. */
export class CosignedFile {
  readonly #disk: TreeDisk;
  readonly #path: string;

  constructor(disk: TreeDisk, folder: string) {
    this.#disk = disk;
    this.#path = join(folder, 'cosigned');
  }

  /** Undefined if there is none. STATE_CORRUPT if it is damaged, of another log, or does not fit the tree. */
  async read(
    log: NoteVerifier,
    witnesses: readonly NoteVerifier[],
    tree: Pick<MerkleTree, 'headAt' | 'size'>,
  ): Promise<{ readonly offer: Offer; readonly signers: readonly NoteVerifier[] } | undefined> {
    const bytes = await readSmallFile(this.#disk, this.#path, maxBytes);
    if (bytes === undefined) return undefined;
    const text = bytes.toString();
    try {
      const note = parseNote(text);
      const checkpoint = parseCheckpoint(note.text);
      verifyNote(note, [log]);
      const signers = cosignersOf(note, witnesses);
      const { rootHash, size } = checkpoint;
      if (size > tree.size)
        throw treeCorrupt(this.#path, `it is of ${size} entries, but the log has only ${tree.size}`);
      if (!(await tree.headAt(size)).rootHash.equals(rootHash))
        throw treeCorrupt(this.#path, `the tree had another root at ${size} entries`);
      return { offer: { text, note, checkpoint }, signers };
    } catch (error) {
      if (proofFaultOf(error) === undefined) throw error;
      throw treeCorrupt(this.#path, (error as Error).message);
    }
  }

  /** Durable when it resolves. */
  async write(checkpoint: CosignedCheckpoint): Promise<void> {
    await replaceFileDurably(this.#disk, this.#path, Buffer.from(checkpoint.text));
  }
}
