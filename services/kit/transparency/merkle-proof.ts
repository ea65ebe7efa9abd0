import { emptyRoot, nodeHash } from './merkle-hash.ts';

/** Leaves from `from` on, before `to`; as a part of a proof, the root hash over them. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/** The largest power of two below n, for n > 1: where a tree of n leaves is split. */
function splitOf(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/** What PATH(index, D[size]) of RFC 6962 section 2.1.1 consists of, from the leaf up. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  return ranges.reverse();
}

/** What PROOF(oldSize, D[newSize]) of RFC 6962 section 2.1.2 consists of, from the bottom up, for 0 < oldSize <= newSize. */
export function consistencyRanges(oldSize: number, newSize: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let from = 0;
  let to = newSize;
  while (oldSize < to) {
    const middle = from + splitOf(to - from);
    if (oldSize <= middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  // Where the old tree is no complete subtree of the new one, its last complete part begins the proof.
  if (from > 0) ranges.push({ from, to });
  return ranges.reverse();
}

/** The root that an inclusion proof leads to; undefined if the proof can't be one of this leaf in a tree of this size. */
export function rootOfInclusion(
  leaf: Buffer,
  index: number,
  size: number,
  proof: readonly Buffer[],
): Buffer | undefined {
  if (index >= size) return undefined;
  const ranges = inclusionRanges(index, size);
  if (ranges.length !== proof.length) return undefined;
  let hash = leaf;
  for (const [at, { from }] of ranges.entries()) {
    const sibling = proof[at] as Buffer;
    hash = from > index ? nodeHash(hash, sibling) : nodeHash(sibling, hash);
  }
  return hash;
}

/** A tree head without its signature. */
export interface TreeHead {
  readonly size: number;
  readonly rootHash: Buffer;
}

/** Whether the proof shows that the old tree is the beginning of the new one. Every tree begins with the empty one. */
export function isConsistent(older: TreeHead, newer: TreeHead, proof: readonly Buffer[]): boolean {
  if (older.size > newer.size) return false;
  if (older.size === 0) return proof.length === 0 && older.rootHash.equals(emptyRoot);
  const ranges = consistencyRanges(older.size, newer.size);
  if (ranges.length !== proof.length) return false;
  const isSeeded = ranges[0] !== undefined && ranges[0].from > 0 && ranges[0].to === older.size;
  let oldHash = isSeeded ? (proof[0] as Buffer) : older.rootHash;
  let newHash = oldHash;
  for (let at = isSeeded ? 1 : 0; at < ranges.length; at++) {
    const sibling = proof[at] as Buffer;
    if ((ranges[at] as LeafRange).from >= older.size) newHash = nodeHash(newHash, sibling);
    else {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
    }
  }
  return oldHash.equals(older.rootHash) && newHash.equals(newer.rootHash);
}
