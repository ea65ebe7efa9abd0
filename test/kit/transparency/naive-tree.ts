import { createHash } from 'node:crypto';

function sha256(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

const known = new Map<string, Buffer>();

/** MTH of RFC 6962 section 2.1 over the leaves from..to of the entries below. */
export function naiveRoot(from: number, to: number): Buffer {
  const key = `${from} ${to}`;
  const root = known.get(key) ?? makeRoot(from, to);
  known.set(key, root);
  return root;
}

function makeRoot(from: number, to: number): Buffer {
  const n = to - from;
  if (n === 0) return sha256();
  if (n === 1) return leafAt(from);
  const middle = from + split(n);
  return sha256(Buffer.of(1), naiveRoot(from, middle), naiveRoot(middle, to));
}

/** PATH(m, D[from:to]), with m as an index of the whole. */
export function naivePath(m: number, to: number, from = 0): Buffer[] {
  if (to - from <= 1) return [];
  const middle = from + split(to - from);
  return m < middle
    ? [...naivePath(m, middle, from), naiveRoot(middle, to)]
    : [...naivePath(m, to, middle), naiveRoot(from, middle)];
}

/** PROOF(m, D[to]): SUBPROOF of the leaves from..to. */
export function naiveConsistency(m: number, to: number, from = 0, isWhole = true): Buffer[] {
  if (m === to) return isWhole ? [] : [naiveRoot(from, to)];
  const middle = from + split(to - from);
  return m <= middle
    ? [...naiveConsistency(m, middle, from, isWhole), naiveRoot(middle, to)]
    : [...naiveConsistency(m, to, middle, false), naiveRoot(from, middle)];
}

function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** Entry and leaf hash by index. */
export function entryAt(index: number): Buffer {
  return Buffer.from(`entry ${index}`);
}

const leaves: Buffer[] = [];

export function leafAt(index: number): Buffer {
  leaves[index] ??= sha256(Buffer.of(0), entryAt(index));
  return leaves[index];
}
