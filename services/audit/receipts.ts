import type { Receipt__Output } from '../gen/scoremesh/scoring/v1/Receipt.ts';
import { signCheckpoint } from '../kit/transparency/checkpoint.ts';
import type { NoteSigner } from '../kit/transparency/signing-key.ts';
import { hashLines, tlogProofText } from '../kit/transparency/tlog-proof.ts';
import type { Commit, SignedHead } from './log/commit.ts';
import type { MerkleTree } from './tree/merkle-tree.ts';

/** A record in the log, as a receipt names it. */
export interface Receipted {
  readonly index: number;
  readonly leafHash: Buffer;
}

/** Proves that records are in a tree. */
export class Proofs {
  readonly #tree: MerkleTree;

  constructor(tree: MerkleTree) {
    this.#tree = tree;
  }

  /** Of any record, against this checkpoint. Reads up to one tile of each level. */
  async of(record: Receipted, head: SignedHead): Promise<Receipt__Output> {
    const recent = head.size === this.#tree.size ? this.recent(record, head) : undefined;
    if (recent !== undefined) return recent;
    const { hashes } = await this.#tree.inclusionProof(record.index, head.size);
    const leaf = record.leafHash.toString('base64');
    return { ...place(record), proof: tlogProofText(leaf, record.index, hashLines(hashes), head.checkpoint) };
  }

  /** Of one of the last records, at once, against the tree as it is, whose checkpoint the head is. */
  recent(record: Receipted, { checkpoint }: SignedHead): Receipt__Output | undefined {
    const proof = this.#tree.recentProof(record.index);
    if (proof === undefined) return undefined;
    return { ...place(record), proof: tlogProofText(proof.leaf, record.index, proof.path, checkpoint) };
  }
}

/** Grows the tree with each commit, signs its head, and proves that records are in it. */
export class Receipts {
  readonly #tree: MerkleTree;
  readonly #proofs: Proofs;
  readonly #signer: NoteSigner;
  #head: SignedHead;

  constructor(tree: MerkleTree, signer: NoteSigner) {
    this.#tree = tree;
    this.#proofs = new Proofs(tree);
    this.#signer = signer;
    this.#head = this.#sign();
  }

  /** The newest checkpoint. */
  get head(): SignedHead {
    return this.#head;
  }

  /** Takes the entries of a commit that is durable. About 1 us each, and 60 us for the signature. */
  add({ entries }: Pick<Commit, 'entries'>): void {
    for (const { leafHash } of entries) this.#tree.append(leafHash);
    this.#head = this.#sign();
  }

  /** Of a record of the last commits, at once. A few microseconds. */
  fresh(record: Receipted): Receipt__Output {
    // Never only the place for a record whose commit has just ended: the edge holds twice the largest commit.
    return this.#proofs.recent(record, this.#head) ?? place(record);
  }

  /** Of any record, against the newest checkpoint or another one. */
  async of(record: Receipted, head: SignedHead = this.#head): Promise<Receipt__Output> {
    return await this.#proofs.of(record, head);
  }

  #sign(): SignedHead {
    return { size: this.#tree.size, checkpoint: signCheckpoint(this.#signer, this.#tree.head()) };
  }
}

function place({ index, leafHash }: Receipted): Receipt__Output {
  return { logIndex: String(index), leafHash, proof: '' };
}
