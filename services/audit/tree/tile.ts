import { hashBytes, hashChildren } from '../../kit/transparency/merkle-hash.ts';

/** Hashes at the bottom of a full tile (c2sp.org/tlog-tiles: height 8). */
export const tileWidth = 256;
export const tileHeight = 8;
export const tileBytes = tileWidth * hashBytes;

/** Where each height begins in a tile's nodes, in bytes: 256 at height 0, then 128, up to one at height 8. */
const starts = Array.from(
  { length: tileHeight + 1 },
  (_, height) => (2 * tileWidth - (2 * tileWidth) / 2 ** height) * hashBytes,
);
const allBytes = (2 * tileWidth - 1) * hashBytes;

/** A subtree of height 8 that fills from the left, with all nodes over what is there. 16 KiB. */
export class Tile {
  readonly level: number;
  /** Within its level. */
  readonly index: number;
  readonly #nodes = Buffer.allocUnsafeSlow(allBytes);
  #width = 0;

  constructor(level: number, index: number) {
    this.level = level;
    this.index = index;
  }

  /** A full tile of these hashes. */
  static of(level: number, index: number, bottom: Buffer): Tile {
    const tile = new Tile(level, index);
    bottom.copy(tile.#nodes, 0, 0, tileBytes);
    for (let height = 0, nodes = tileWidth / 2; nodes >= 1; height++, nodes /= 2)
      for (let n = 0; n < nodes; n++)
        hashChildren(tile.#nodes, start(height) + 2 * n * hashBytes, start(height + 1) + n * hashBytes);
    tile.#width = tileWidth;
    return tile;
  }

  /** Hashes at its bottom. */
  get width(): number {
    return this.#width;
  }

  get isFull(): boolean {
    return this.#width === tileWidth;
  }

  /** Adds a hash at its bottom, and the nodes that are complete with it. */
  append(hash: Uint8Array): void {
    let at = this.#width++;
    this.#nodes.set(hash, at * hashBytes);
    for (let height = 0; at % 2 === 1; height++) {
      const from = start(height) + (at - 1) * hashBytes;
      at = (at - 1) / 2;
      hashChildren(this.#nodes, from, start(height + 1) + at * hashBytes);
    }
  }

  /** A complete node, by its height above the bottom and its place there. A view: it does not change any more. */
  node(height: number, place: number): Buffer {
    const from = start(height) + place * hashBytes;
    return this.#nodes.subarray(from, from + hashBytes);
  }

  base64(height: number, place: number): string {
    const from = start(height) + place * hashBytes;
    return this.#nodes.toString('base64', from, from + hashBytes);
  }

  /** The hash over all of a full tile: what it is in the level above. */
  get top(): Buffer {
    return this.node(tileHeight, 0);
  }

  /** The first hashes at its bottom, as files and answers have them. A view. */
  bottom(width: number): Buffer {
    return this.#nodes.subarray(0, width * hashBytes);
  }
}

function start(height: number): number {
  return starts[height] as number;
}
