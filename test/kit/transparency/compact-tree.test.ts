import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CompactTree } from '../../../services/kit/transparency/compact-tree.ts';
import { leafHash } from '../../../services/kit/transparency/merkle-hash.ts';
import { leafAt, naiveRoot } from './naive-tree.ts';

test('has the root of RFC 6962 at every size', () => {
  const tree = new CompactTree();
  for (let size = 0; size < 300; size++) {
    expect(tree.head()).toEqual({ size, rootHash: naiveRoot(0, size) });
    tree.append(leafAt(size));
  }
});

test('goes on from the complete subtrees of any tree', () => {
  fc.assert(
    fc.property(fc.nat(600), fc.nat(600), (begin, more) => {
      const parts: { height: number; hash: Buffer }[] = [];
      let from = 0;
      for (let height = 10; height >= 0; height--)
        if ((begin & (2 ** height)) !== 0) {
          parts.push({ height, hash: naiveRoot(from, from + 2 ** height) });
          from += 2 ** height;
        }
      const tree = new CompactTree(parts);
      for (let n = 0; n < more; n++) tree.append(leafAt(begin + n));
      expect(tree.head()).toEqual({ size: begin + more, rootHash: naiveRoot(0, begin + more) });
      expect(parts).toHaveLength(begin.toString(2).replaceAll('0', '').length);
    }),
    { numRuns: 60 },
  );
});

test('hashes entries as leaves', () => {
  const [one, other] = [new CompactTree(), new CompactTree()];
  one.add(Buffer.from('entry'));
  other.append(leafHash(Buffer.from('entry')));
  expect(one.head()).toEqual(other.head());
});
