import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MerkleTree } from '../../../services/audit/tree/merkle-tree.ts';
import { isConsistent, rootOfInclusion } from '../../../services/kit/transparency/merkle-proof.ts';
import { leafAt, naiveConsistency, naivePath, naiveRoot } from '../../kit/transparency/naive-tree.ts';
import { reasonOf } from '../fixture.ts';
import { appendTo, openTestTree } from './tree-fixture.ts';

const most = 4000;

// Comparing texts takes a hundredth of the time that comparing buffers does.
function hex(hashes: readonly Buffer[]): string {
  return hashes.map((hash) => hash.toString('hex')).join(' ');
}

function recentPath(tree: MerkleTree, index: number): Buffer[] | undefined {
  const proof = tree.recentProof(index);
  if (proof === undefined) return undefined;
  expect(proof.leaf).toBe(leafAt(index).toString('base64'));
  const lines = proof.path.split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => Buffer.from(line, 'base64'));
}

describe('a tree', () => {
  test('has the root and the proofs of RFC 6962 for every leaf and every pair of sizes up to 70', async () => {
    const { tree } = await openTestTree({ size: 0 });
    expect(tree.root()).toEqual(naiveRoot(0, 0));
    for (let size = 1; size <= 70; size++) {
      appendTo(tree, size);
      expect(tree.root()).toEqual(naiveRoot(0, size));
      for (let index = 0; index < size; index++)
        expect(hex(recentPath(tree, index)!)).toBe(hex(naivePath(index, size)));
    }
    for (let newSize = 1; newSize <= 70; newSize++) {
      for (let index = 0; index < newSize; index++) {
        const { hashes, head, leafHash } = await tree.inclusionProof(index, newSize);
        expect(head.size).toBe(newSize);
        expect(hex([...hashes, head.rootHash, leafHash])).toBe(
          hex([...naivePath(index, newSize), naiveRoot(0, newSize), leafAt(index)]),
        );
      }
      for (let oldSize = 1; oldSize <= newSize; oldSize++) {
        const { hashes, newer, older } = await tree.consistencyProof(oldSize, newSize);
        expect(hex(hashes)).toBe(hex(naiveConsistency(oldSize, newSize)));
        expect(isConsistent(older, newer, hashes)).toBe(true);
      }
    }
  });

  test('agrees with the naive recursion at random sizes, whatever commits it grew by', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        async (commits, random) => {
          const { tree } = await openTestTree({ size: 0 });
          const pick = (below: number): number => (random.next().value as number) % below;
          for (const commit of commits) {
            const size = Math.min(most, tree.size + commit);
            appendTo(tree, size);
            const root = tree.root();
            for (const index of [size - 1, Math.max(0, size - commit), pick(size)])
              expect(rootOfInclusion(leafAt(index), index, size, recentPath(tree, index)!)).toEqual(root);
          }
          const size = tree.size;
          expect(tree.root()).toEqual(naiveRoot(0, size));
          const index = pick(size);
          expect(recentPath(tree, index)).toEqual(naivePath(index, size));
          const older = 1 + pick(size);
          const { hashes } = await tree.consistencyProof(older);
          expect(hashes).toEqual(naiveConsistency(older, size));
          const between = older + pick(size - older + 1);
          expect((await tree.headAt(between)).rootHash).toEqual(naiveRoot(0, between));
        },
      ),
      { numRuns: 15 },
    );
  });

  test('refuses sizes and indexes that it does not have, by name', async () => {
    const { tree } = await openTestTree({ size: 300 });
    for (const work of [
      tree.inclusionProof(300),
      tree.inclusionProof(-1),
      tree.inclusionProof(0.5),
      tree.inclusionProof(5, 5),
      tree.inclusionProof(5, 301),
      tree.inclusionProof(0, 0),
      tree.consistencyProof(301),
      tree.consistencyProof(3, 2),
      tree.consistencyProof(Number.NaN),
      tree.headAt(301),
    ])
      expect(await reasonOf(work)).toBe('INVALID_REQUEST');
    expect(tree.recentProof(300)).toBeUndefined();
  });

  test('serves every tile that it has, full or in part, and no other', async () => {
    const { tree } = await openTestTree({ size: 70_000 });
    const level0 = await tree.readTile('tile/0/272');
    const leaves = Array.from({ length: 256 }, (_, n) => leafAt(272 * 256 + n));
    expect(level0?.equals(Buffer.concat(leaves))).toBe(true);
    const partial = await tree.readTile('tile/0/273.p/112');
    expect(partial?.length).toBe(112 * 32);
    expect(await tree.readTile('tile/0/273.p/7')).toEqual(partial?.subarray(0, 7 * 32));
    expect(await tree.readTile('tile/0/272.p/7')).toEqual(level0?.subarray(0, 7 * 32));
    const level1 = await tree.readTile('tile/1/000');
    expect(level1?.subarray(255 * 32)).toEqual(naiveRoot(255 * 256, 256 * 256));
    expect((await tree.readTile('tile/1/001.p/17'))?.length).toBe(17 * 32);
    expect((await tree.readTile('tile/2/000.p/1'))?.length).toBe(32);
    for (const path of [
      'tile/0/273',
      'tile/0/273.p/113',
      'tile/0/274.p/1',
      'tile/1/001',
      'tile/1/001.p/18',
      'tile/2/000',
      'tile/2/000.p/2',
      'tile/3/000.p/1',
      'tile/63/000.p/1',
      'tile/0/x999/999/999',
      'tile/entries/000',
      'checkpoint',
      'tile/0/../head',
    ])
      expect(await tree.readTile(path)).toBeUndefined();
  });

  test('proves leaves that left memory from its files', async () => {
    const size = 40_000;
    const { tree } = await openTestTree({ size });
    appendTo(tree, size + 300);
    expect(tree.recentProof(0)).toBeUndefined();
    expect(tree.recentProof(size + 300 - 32_768)).toBeDefined();
    for (const index of [0, 255, 256, 9999, size - 1, size + 299]) {
      const { hashes, head } = await tree.inclusionProof(index);
      expect(rootOfInclusion(leafAt(index), index, size + 300, hashes)).toEqual(head.rootHash);
    }
  });
});
