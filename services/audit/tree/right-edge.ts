import { hashBytes, nodeHash } from '../../kit/transparency/merkle-hash.ts';
import { Tile, tileHeight, tileWidth } from './tile.ts';

/** Full tiles of level 0 that stay in memory: the largest commit has 16,384 records, and one before it. */
const recentLeafTiles = 128;
/** Of each level above, so that what lies over the recent leaves is there also just after a tile became full. */
const recentUpperTiles = 2;

interface Level {
  /** The tile that fills. */
  current: Tile;
  /** The last full ones, oldest first. */
  readonly recent: Tile[];
}

/** A complete subtree as part of a tree: its height, and its place among those of this height. */
export interface Subtree {
  readonly height: number;
  readonly place: number;
}

/** The right end of the tree, in memory: the tiles that fill and the last full ones, of every level. */
export class RightEdge {
  readonly #levels: Level[] = [];
  readonly #onFull: (tile: Tile) => void;

  /** `begins` has, for each level, the index of the tile that fills first; `onFull` gets every tile that becomes full. */
  constructor(begins: readonly number[], onFull: (tile: Tile) => void) {
    this.#onFull = onFull;
    for (const [level, index] of begins.entries()) this.#begin(level, index);
  }

  /** Leaves of the tree. */
  get size(): number {
    return this.entries(0);
  }

  /** Hashes of a level: complete subtrees of height 8 * level. */
  entries(level: number): number {
    const current = this.#levels[level]?.current;
    return current === undefined ? 0 : current.index * tileWidth + current.width;
  }

  get levels(): number {
    return this.#levels.length;
  }

  /** Adds a hash to a level: a leaf hash to level 0. */
  append(hash: Uint8Array, level = 0): void {
    const at = this.#levels[level] ?? this.#begin(level, 0);
    const { current, recent } = at;
    current.append(hash);
    if (!current.isFull) return;
    recent.push(current);
    if (recent.length > (level === 0 ? recentLeafTiles : recentUpperTiles)) recent.shift();
    at.current = new Tile(level, current.index + 1);
    this.append(current.top, level + 1);
    this.#onFull(current);
  }

  /** The tile, if it is in memory; the one that fills too. */
  tile(level: number, index: number): Tile | undefined {
    const at = this.#levels[level];
    if (at === undefined || index === at.current.index) return at?.current;
    // They are consecutive.
    return at.recent[at.recent.length - (at.current.index - index)];
  }

  /** The tile that has a complete node at its bottom or above, if it is in memory. */
  tileOf({ height, place }: Subtree): Tile | undefined {
    return this.tile(levelOf(height), tileIndexOf(height, place));
  }

  /** A complete node; it must be in memory. */
  node(subtree: Subtree): Buffer {
    const tile = this.tileOf(subtree);
    if (tile === undefined) throw new Error(`no node ${subtree.height}/${subtree.place} in memory`);
    return nodeOf(tile, subtree);
  }

  #begin(level: number, index: number): Level {
    const begun = { current: new Tile(level, index), recent: [] };
    this.#levels[level] = begun;
    return begun;
  }
}

export function levelOf(height: number): number {
  return Math.floor(height / tileHeight);
}

export function tileIndexOf(height: number, place: number): number {
  return Math.floor((place * 2 ** (height % tileHeight)) / tileWidth);
}

/** A node in the tile that has it. */
export function nodeOf(tile: Tile, { height, place }: Subtree): Buffer {
  const row = height % tileHeight;
  return tile.node(row, place % (tileWidth / 2 ** row));
}

/** The complete subtrees that leaves from..to consist of, largest first, where `from` is a multiple of the largest's leaves. */
export function subtreesOf(from: number, to: number): Subtree[] {
  const subtrees: Subtree[] = [];
  let height = 0;
  let leaves = 1;
  while (leaves * 2 <= to - from) {
    leaves *= 2;
    height++;
  }
  for (let at = from; at < to; height--, leaves /= 2) {
    if (at + leaves > to) continue;
    subtrees.push({ height, place: at / leaves });
    at += leaves;
  }
  return subtrees;
}

/** The root hash over consecutive subtrees that stand as in subtreesOf. */
export function foldSubtrees(hashes: readonly Buffer[]): Buffer {
  const last = hashes.at(-1) ?? Buffer.alloc(hashBytes);
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}
