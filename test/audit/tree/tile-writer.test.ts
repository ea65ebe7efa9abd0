import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rootOfInclusion } from '../../../services/kit/transparency/merkle-proof.ts';
import { leafAt, naiveRoot } from '../../kit/transparency/naive-tree.ts';
import { KeptLog } from '../fixture.ts';
import { systemError } from '../memory-disk.ts';
import { appendTo, folder, MemoryTreeDisk, openTestTree } from './tree-fixture.ts';

describe('tiles behind the log', () => {
  test('a power failure at any moment loses no tile that the head covers, and the tree opens as the log says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 120 }),
        fc.infiniteStream(fc.boolean()),
        async (growths, operations, isKept) => {
          const disk = new MemoryTreeDisk();
          const { tree } = await openTestTree({ size: 0, disk, storeDelayMs: 60_000 });
          let left = operations;
          disk.before = () => {
            if (left-- <= 0) throw systemError('EIO');
          };
          let grown = 0;
          for (const growth of growths) {
            grown += growth;
            appendTo(tree, grown);
            await tree.flush().catch(() => {});
          }
          const stored = tree.storedSize;
          const after = disk.afterPowerFailure(() => isKept.next().value as boolean);
          const reopened = await openTestTree({ size: grown, disk: after });
          expect(reopened.tree.root()).toEqual(naiveRoot(0, grown));
          // What was told to be stored is not asked for again.
          expect(reopened.asked[0]?.from ?? grown).toBeGreaterThanOrEqual(Math.floor(stored / 256) * 256);
          for (const index of [0, Math.floor(grown / 2), grown - 1]) {
            const { hashes } = await reopened.tree.inclusionProof(index);
            expect(rootOfInclusion(leafAt(index), index, grown, hashes)).toEqual(naiveRoot(0, grown));
          }
          await reopened.tree.close();
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a kill while tiles are written leaves nothing that hinders the next start', async () => {
    for (let operations = 1; operations < 40; operations += 3) {
      const disk = new MemoryTreeDisk();
      const { tree } = await openTestTree({ size: 300, disk, storeDelayMs: 60_000 });
      let left = operations;
      disk.before = () => {
        if (left-- <= 0) throw systemError('EIO');
      };
      appendTo(tree, 1500);
      await tree.flush().catch(() => {});
      const killed = disk.afterKill();
      const last = `${folder}/tile/0/004`;
      if (!killed.files.has(last)) killed.put(`${last}.new`, Buffer.from('half a tile'));
      killed.put(`${folder}/head.new`, Buffer.from('half a head'));
      const reopened = await openTestTree({ size: 1500, disk: killed });
      appendTo(reopened.tree, 2000);
      await reopened.tree.close();
      expect([...killed.files.keys()].filter((name) => name.endsWith('.new'))).toEqual([]);
      expect(reopened.tree.root()).toEqual(naiveRoot(0, 2000));
    }
  });

  test('growth is noted on disk without being asked', async () => {
    const disk = new MemoryTreeDisk();
    const { tree } = await openTestTree({ size: 0, disk, storeDelayMs: 1 });
    const noted = new Promise<void>((resolve) => {
      disk.before = (operation, path) => {
        if (operation === 'syncFolder' && path === folder) resolve();
      };
    });
    appendTo(tree, 700);
    await noted;
    expect(disk.files.has(`${folder}/tile/0/001`)).toBe(true);
  });

  test('a disk that takes no tiles delays nothing until too many wait, and then is named', async () => {
    const disk = new MemoryTreeDisk();
    const log = new KeptLog();
    const { tree } = await openTestTree({ size: 0, disk, log, maxPendingTiles: 8 });
    let isFull = true;
    disk.before = (operation) => {
      if (isFull && operation === 'create') throw systemError('ENOSPC');
    };
    const warned = log.next('tiles of the audit tree can not be written; trying on');
    appendTo(tree, 300);
    await warned;
    appendTo(tree, 7 * 256);
    expect(tree.fault()).toBeUndefined();
    appendTo(tree, 8 * 256);
    expect(tree.fault()?.reason).toBe('QUEUE_FULL');
    expect(tree.storedSize).toBe(0);
    const { hashes, head, leafHash } = await tree.inclusionProof(5);
    expect(rootOfInclusion(leafHash, 5, tree.size, hashes)).toEqual(head.rootHash);
    isFull = false;
    await tree.flush();
    expect(tree.fault()).toBeUndefined();
    expect(tree.storedSize).toBe(tree.size);
    expect(log.has('tiles of the audit tree are written again')).toBe(true);
  });
});
