import { emptyRoot, nodeHash } from '../../kit/transparency/merkle-hash.ts';
import { type RightEdge, type Subtree, subtreesOf } from './right-edge.ts';
import { tileHeight, tileWidth } from './tile.ts';

/** A complete subtree of the tree as it is, with what all proofs of its leaves end with. */
interface Part {
  readonly height: number;
  readonly tail: string;
  /** By height: the place whose proof from there up was asked for last, and that proof. Neighbours share it. */
  readonly places: number[];
  readonly paths: string[];
}

/** Inclusion proofs of leaves near the right edge against the tree as it is, as text, without reading anything. */
export class RecentProofs {
  readonly #edge: RightEdge;
  #size = -1;
  /** The complete subtrees of the tree, largest first. */
  #subtrees: readonly Subtree[] = [];
  /** The root hash over each of them and all right of it; the first is the tree's. */
  #roots: readonly Buffer[] = [];
  readonly #parts: (Part | undefined)[] = [];
  /** The last hashes that were written as text, two of a height: neighbours share most of a proof, also those of other commits. */
  readonly #linePlaces: number[] = [];
  readonly #lines: string[] = [];

  constructor(edge: RightEdge) {
    this.#edge = edge;
  }

  /** The root hash of the tree as it is. Costs a hash for each of its complete subtrees after an append, then nothing. */
  root(): Buffer {
    this.#follow();
    return this.#roots[0] as Buffer;
  }

  /** Leaf hash in Base 64, and the proof, one hash a line; undefined if the leaf is no longer near the edge. */
  proof(index: number): { readonly leaf: string; readonly path: string } | undefined {
    this.#follow();
    if (index >= this.#size || this.#edge.tileOf({ height: 0, place: index }) === undefined) return undefined;
    const part = this.#partOf(index);
    const path = this.#path(part, 0, index);
    return path === undefined ? undefined : { leaf: (this.#line(0, index) as string).slice(0, -1), path };
  }

  #follow(): void {
    if (this.#size === this.#edge.size) return;
    this.#size = this.#edge.size;
    this.#subtrees = subtreesOf(0, this.#size);
    const roots = this.#subtrees.map((subtree) => this.#edge.node(subtree));
    for (let n = roots.length - 2; n >= 0; n--)
      roots[n] = nodeHash(roots[n] as Buffer, roots[n + 1] as Buffer);
    this.#roots = roots.length === 0 ? [emptyRoot] : roots;
    this.#parts.length = 0;
  }

  #partOf(index: number): Part {
    let at = this.#subtrees.length - 1;
    while (at > 0 && index < startOf(this.#subtrees[at] as Subtree)) at--;
    this.#parts[at] ??= this.#makePart(at);
    return this.#parts[at] as Part;
  }

  /** After the path within the subtree: what is right of it, as one hash, then the subtrees left of it, nearest first. */
  #makePart(at: number): Part {
    const subtree = this.#subtrees[at] as Subtree;
    const right = this.#roots[at + 1];
    let tail = right === undefined ? '' : `${right.toString('base64')}\n`;
    for (let left = at - 1; left >= 0; left--) {
      const { height, place } = this.#subtrees[left] as Subtree;
      tail += this.#line(height, place);
    }
    return { height: subtree.height, tail, places: [], paths: [] };
  }

  /** The proof from a node of a part up; undefined if it needs one that is not in memory. */
  #path(part: Part, height: number, place: number): string | undefined {
    if (height === part.height) return part.tail;
    if (part.places[height] === place) return part.paths[height];
    const above = this.#path(part, height + 1, Math.floor(place / 2));
    const sibling = this.#line(height, place % 2 === 0 ? place + 1 : place - 1);
    if (above === undefined || sibling === undefined) return undefined;
    const path = sibling + above;
    part.places[height] = place;
    part.paths[height] = path;
    return path;
  }

  #line(height: number, place: number): string | undefined {
    const at = 2 * height + (place % 2);
    if (this.#linePlaces[at] === place) return this.#lines[at];
    const tile = this.#edge.tileOf({ height, place });
    if (tile === undefined) return undefined;
    const row = height % tileHeight;
    const line = `${tile.base64(row, place % (tileWidth / 2 ** row))}\n`;
    this.#linePlaces[at] = place;
    this.#lines[at] = line;
    return line;
  }
}

function startOf({ height, place }: Subtree): number {
  return place * 2 ** height;
}
