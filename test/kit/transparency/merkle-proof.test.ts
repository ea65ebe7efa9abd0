import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyRoot, leafHash } from '../../../services/kit/transparency/merkle-hash.ts';
import { isConsistent, rootOfInclusion } from '../../../services/kit/transparency/merkle-proof.ts';
import { entryAt, leafAt, naiveConsistency, naivePath, naiveRoot } from './naive-tree.ts';

const most = 70;
const roots = Array.from({ length: most + 1 }, (_, size) => naiveRoot(0, size));

test('a leaf hash and the root of nothing are those of RFC 6962', () => {
  expect(leafHash(entryAt(3))).toEqual(leafAt(3));
  expect(emptyRoot.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(leafHash(Buffer.alloc(0)).toString('hex')).toBe(
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  );
});

test('the inclusion proof of every leaf of every tree up to 70 leads to the root, and of no other leaf or tree', () => {
  for (let size = 1; size <= most; size++)
    for (let index = 0; index < size; index++) {
      const path = naivePath(index, size);
      expect(rootOfInclusion(leafAt(index), index, size, path)).toEqual(roots[size]);
      expect(rootOfInclusion(leafAt(index + 1), index, size, path)).not.toEqual(roots[size]);
      expect(rootOfInclusion(leafAt(index), size, size, path)).toBeUndefined();
      if (size > 1) {
        const other = index === 0 ? 1 : index - 1;
        expect(rootOfInclusion(leafAt(index), other, size, path)).not.toEqual(roots[size]);
        expect(rootOfInclusion(leafAt(index), index, size, path.slice(1))).toBeUndefined();
      }
      expect(rootOfInclusion(leafAt(index), index, size, [...path, leafAt(0)])).toBeUndefined();
    }
});

test('the consistency proof of every pair of sizes up to 70 holds, and no other', () => {
  for (let newSize = 0; newSize <= most; newSize++)
    for (let oldSize = 0; oldSize <= newSize; oldSize++) {
      const older = { size: oldSize, rootHash: roots[oldSize]! };
      const newer = { size: newSize, rootHash: roots[newSize]! };
      const proof = oldSize === 0 ? [] : naiveConsistency(oldSize, newSize);
      expect(isConsistent(older, newer, proof)).toBe(true);
      expect(isConsistent({ ...older, rootHash: leafAt(0) }, newer, proof)).toBe(oldSize === 1);
      if (newSize > oldSize && oldSize > 0) {
        expect(isConsistent(older, { ...newer, rootHash: leafAt(0) }, proof)).toBe(false);
        expect(isConsistent(newer, older, proof)).toBe(false);
        expect(isConsistent(older, newer, proof.slice(1))).toBe(false);
      }
      expect(isConsistent(older, newer, [...proof, leafAt(1)])).toBe(false);
    }
});

test('a proof with a changed hash, order or length never leads to the root', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: most }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1))),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      ([size, index], at, bits) => {
        const path = naivePath(index, size).map((hash) => Buffer.from(hash));
        const hash = path[at % path.length]!;
        hash[at % 32] = hash[at % 32]! ^ bits;
        expect(rootOfInclusion(leafAt(index), index, size, path)).not.toEqual(roots[size]);
      },
    ),
  );
});
