import { invalidRequest, type MeshError } from '../../kit/errors/mesh-error.ts';
import type { CompactPart } from '../../kit/transparency/compact-tree.ts';
import { emptyRoot } from '../../kit/transparency/merkle-hash.ts';
import {
  consistencyRanges,
  inclusionRanges,
  isConsistent,
  type LeafRange,
  rootOfInclusion,
  type TreeHead,
} from '../../kit/transparency/merkle-proof.ts';
import type { RecentProofs } from './recent-proofs.ts';
import {
  foldSubtrees,
  levelOf,
  nodeOf,
  type RightEdge,
  type Subtree,
  subtreesOf,
  tileIndexOf,
} from './right-edge.ts';
import { tileWidth } from './tile.ts';
import { type TileFiles, treeCorrupt } from './tile-files.ts';
import { parseTilePath } from './tile-path.ts';
import { TileReader } from './tile-reader.ts';
import type { TileWriter } from './tile-writer.ts';

export interface InclusionProof {
  /** From the leaf's sibling up. */
  readonly hashes: readonly Buffer[];
  readonly leafHash: Buffer;
  /** The tree it is for. */
  readonly head: TreeHead;
}

export interface ConsistencyProof {
  readonly hashes: readonly Buffer[];
  readonly older: TreeHead;
  readonly newer: TreeHead;
}

/**
 * The Merkle tree over the log's entries (RFC 6962 section 2). Its right edge is in memory; full tiles are written behind the
 * log. What is read back is checked against the edge, so that a damaged tile is an error (STATE_CORRUPT) and never a wrong proof.
 */
export class MerkleTree {
  readonly #edge: RightEdge;
  readonly #recent: RecentProofs;
  readonly #writer: TileWriter;
  readonly #reader: TileReader;

  constructor(edge: RightEdge, recent: RecentProofs, writer: TileWriter, files: TileFiles) {
    this.#edge = edge;
    this.#recent = recent;
    this.#writer = writer;
    this.#reader = new TileReader({
      inMemory: (level, index) => edge.tile(level, index) ?? writer.pending(level, index),
      files,
    });
  }

  /** Leaves. */
  get size(): number {
    return this.#edge.size;
  }

  /** Full tiles of the tree of this size are durable: leaf hashes before its last full tile are no longer needed from the log. */
  get storedSize(): number {
    return this.#writer.storedSize;
  }

  /** Tiles that wait to be written. */
  get pendingTiles(): number {
    return this.#writer.pendingTiles;
  }

  /** Why no more leaves should be added for now, if the disk takes no tiles; undefined if they may be. */
  fault(): MeshError | undefined {
    return this.#writer.fault();
  }

  /** The complete subtrees that the tree as it is consists of, largest first. */
  subtrees(): CompactPart[] {
    return subtreesOf(0, this.size).map((subtree) => ({
      height: subtree.height,
      hash: this.#edge.node(subtree),
    }));
  }

  /** Adds the leaf hash of an entry that is durable in the log. About 1 us. */
  append(leafHash: Uint8Array): void {
    this.#edge.append(leafHash);
    this.#writer.grew();
  }

  /** The root hash. About a hash for each 1 bit of the size after an append, then nothing. */
  root(): Buffer {
    return this.#recent.root();
  }

  head(): TreeHead {
    return { size: this.size, rootHash: this.root() };
  }

  /**
   * Leaf hash in Base 64 and proof, one hash a line, of a leaf against the tree as it is. A few microseconds, least in order of
   * index. Undefined if the leaf is not among the last 32,768 since the start: then `inclusionProof` reads what it needs.
   */
  recentProof(index: number): { readonly leaf: string; readonly path: string } | undefined {
    return this.#recent.proof(index);
  }

  /** Proof that a leaf is in the tree of a size. Reads up to one tile of each level. INVALID_REQUEST if there is no such leaf or tree. */
  async inclusionProof(index: number, size = this.size): Promise<InclusionProof> {
    this.#requireTree('tree_size', size, 1);
    if (!Number.isSafeInteger(index) || index < 0 || index >= size)
      throw invalidRequest([
        { field: 'index', description: `${index} is not in a tree of ${size} entries; give one below that` },
      ]);
    const [head, leafHash, hashes] = await Promise.all([
      this.headAt(size),
      this.#node({ height: 0, place: index }),
      this.#rangeHashes(inclusionRanges(index, size)),
    ]);
    if (rootOfInclusion(leafHash, index, size, hashes)?.equals(head.rootHash) !== true)
      throw treeCorrupt('the audit tree', `the proof of leaf ${index} does not lead to the root at ${size}`);
    return { hashes, leafHash, head };
  }

  /** Proof that the tree of one size is the beginning of that of another. INVALID_REQUEST if there are no such trees. */
  async consistencyProof(fromSize: number, toSize = this.size): Promise<ConsistencyProof> {
    this.#requireTree('to_size', toSize, 0);
    if (!Number.isSafeInteger(fromSize) || fromSize < 0 || fromSize > toSize)
      throw invalidRequest([
        {
          field: 'from_size',
          description: `${fromSize} is not the size of a beginning of ${toSize} entries`,
        },
      ]);
    const ranges = fromSize === 0 ? [] : consistencyRanges(fromSize, toSize);
    const [older, newer, hashes] = await Promise.all([
      this.headAt(fromSize),
      this.headAt(toSize),
      this.#rangeHashes(ranges),
    ]);
    if (!isConsistent(older, newer, hashes))
      throw treeCorrupt('the audit tree', `the proof from ${fromSize} to ${toSize} does not hold`);
    return { hashes, older, newer };
  }

  /** The head that the tree had at a size. */
  async headAt(size: number): Promise<TreeHead> {
    this.#requireTree('tree_size', size, 0);
    if (size === this.size) return this.head();
    if (size === 0) return { size, rootHash: emptyRoot };
    return { size, rootHash: await this.#rangeHash({ from: 0, to: size }) };
  }

  /** Content of a tile of hashes by its path, tile/<L>/<N>[.p/<W>] of c2sp.org/tlog-tiles; undefined if the tree has no such tile. */
  async readTile(path: string): Promise<Buffer | undefined> {
    const parsed = parseTilePath(path);
    if (parsed === undefined || parsed.level === 'entries') return undefined;
    const { index, level, width } = parsed;
    if (index * tileWidth + width > this.#edge.entries(level)) return undefined;
    return (await this.#reader.tile(level, index)).bottom(width);
  }

  /** Resolves when all full tiles of the tree as it is now are durable. Rejects as the disk does. */
  async flush(): Promise<void> {
    await this.#writer.flush();
  }

  /** Flushes and stops writing. Nothing may be appended afterwards. */
  async close(): Promise<void> {
    await this.#writer.close();
  }

  #requireTree(field: string, size: number, least: number): void {
    if (Number.isSafeInteger(size) && size >= least && size <= this.size) return;
    const description = `${size} is not from ${least} to ${this.size}, the present size of the tree`;
    throw invalidRequest([{ field, description }]);
  }

  async #rangeHashes(ranges: readonly LeafRange[]): Promise<Buffer[]> {
    return await Promise.all(ranges.map((range) => this.#rangeHash(range)));
  }

  async #rangeHash({ from, to }: LeafRange): Promise<Buffer> {
    return foldSubtrees(await Promise.all(subtreesOf(from, to).map((subtree) => this.#node(subtree))));
  }

  async #node(subtree: Subtree): Promise<Buffer> {
    const { height, place } = subtree;
    return nodeOf(await this.#reader.tile(levelOf(height), tileIndexOf(height, place)), subtree);
  }
}
