import { emptyRoot, leafHash, nodeHash } from './merkle-hash.ts';
import type { TreeHead } from './merkle-proof.ts';

/** A complete subtree, by its height and root hash. */
export interface CompactPart {
  readonly height: number;
  readonly hash: Buffer;
}

/** A Merkle tree that grows, of which only the complete subtrees are kept: its head is known, and nothing can be proved from it. */
export class CompactTree {
  readonly #parts: CompactPart[];
  #size: number;

  /** Begins with the complete subtrees of a tree, largest first; by default with the empty one. */
  constructor(parts: readonly CompactPart[] = []) {
    this.#parts = [...parts];
    this.#size = parts.reduce((leaves, { height }) => leaves + 2 ** height, 0);
  }

  /** Leaves. */
  get size(): number {
    return this.#size;
  }

  /** Adds an entry. About 2 us. */
  add(entry: Uint8Array): void {
    this.append(leafHash(entry));
  }

  /** Adds a leaf by its hash. */
  append(leaf: Buffer): void {
    let part: CompactPart = { height: 0, hash: leaf };
    for (let left = this.#parts.at(-1); left?.height === part.height; left = this.#parts.at(-1)) {
      part = { height: part.height + 1, hash: nodeHash(left.hash, part.hash) };
      this.#parts.pop();
    }
    this.#parts.push(part);
    this.#size++;
  }

  head(): TreeHead {
    const hashes = this.#parts.map(({ hash }) => hash);
    const last = hashes.pop();
    const rootHash =
      last === undefined ? emptyRoot : hashes.reduceRight((right, left) => nodeHash(left, right), last);
    return { size: this.#size, rootHash };
  }
}
