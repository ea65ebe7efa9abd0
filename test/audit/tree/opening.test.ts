import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { realTreeDisk } from '../../../services/audit/tree/tree-disk.ts';
import { rootOfInclusion } from '../../../services/kit/transparency/merkle-proof.ts';
import { leafAt, naiveRoot } from '../../kit/transparency/naive-tree.ts';
import { errorOf, reasonOf, temporaryFolder } from '../fixture.ts';
import { appendTo, folder, MemoryTreeDisk, openTestTree } from './tree-fixture.ts';

const made = new Map<number, MemoryTreeDisk>();

/** A disk with the closed tree of this size. */
async function storedTree(size: number): Promise<MemoryTreeDisk> {
  const disk = made.get(size) ?? new MemoryTreeDisk();
  if (!made.has(size)) {
    const { tree } = await openTestTree({ size, disk });
    await tree.close();
    made.set(size, disk);
  }
  return disk.afterKill();
}

function file(level: number, name: string): string {
  return `${folder}/tile/${level}/${name}`;
}

/** One full tile of level 1, 260 of level 0, and 44 leaves. */
const size = 260 * 256 + 44;

describe('a tree that is opened again', () => {
  test('goes on as if it had not been closed, at random sizes, and asks for the leaves after its last full tile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 1, maxLength: 5 }),
        async (growths) => {
          const disk = new MemoryTreeDisk();
          let grown = 0;
          for (const growth of growths) {
            const { asked, tree } = await openTestTree({ size: grown, disk });
            const from = Math.floor(grown / 256) * 256;
            expect(asked).toEqual(from === grown ? [] : [{ from, to: grown }]);
            expect(tree.root()).toEqual(naiveRoot(0, grown));
            const first = grown;
            grown += growth;
            appendTo(tree, grown);
            for (let index = first; index < grown; index += 97) {
              const lines = tree.recentProof(index)?.path.split('\n').slice(0, -1) ?? [];
              const hashes = lines.map((line) => Buffer.from(line, 'base64'));
              expect(rootOfInclusion(leafAt(index), index, grown, hashes)).toEqual(tree.root());
            }
            await tree.close();
            expect(tree.storedSize).toBe(grown);
          }
          const { tree } = await openTestTree({ size: grown, disk });
          expect(tree.root()).toEqual(naiveRoot(0, grown));
          if (grown === 0) return;
          const { hashes, leafHash } = await tree.inclusionProof(Math.floor(grown / 2));
          expect(rootOfInclusion(leafHash, Math.floor(grown / 2), grown, hashes)).toEqual(tree.root());
        },
      ),
      { numRuns: 20 },
    );
  });

  test('finds on a real disk what it left there', async () => {
    const real = join(await temporaryFolder(), 'tree');
    const options = { disk: realTreeDisk(), folder: real, leaf: leafAt };
    const { tree } = await openTestTree({ ...options, size: 0 });
    appendTo(tree, size);
    await tree.close();
    expect((await stat(join(real, 'tile/0/259'))).size).toBe(8192);
    const { asked, tree: again } = await openTestTree({ ...options, size });
    expect(asked).toEqual([{ from: 260 * 256, to: size }]);
    expect(again.root()).toEqual(naiveRoot(0, size));
    const { hashes, leafHash } = await again.inclusionProof(77);
    expect(rootOfInclusion(leafHash, 77, size, hashes)).toEqual(again.root());
    expect((await again.readTile('tile/0/003'))?.equals(await readFile(join(real, 'tile/0/003')))).toBe(true);
  });

  test('takes over what the log has grown meanwhile', async () => {
    const disk = await storedTree(1000);
    const { asked, tree } = await openTestTree({ size: 2000, disk });
    expect(asked[0]?.from).toBe(768);
    expect(tree.root()).toEqual(naiveRoot(0, 2000));
    expect(tree.storedSize).toBe(2000);
  });

  test.each([
    ['the last tile is missing', 259 * 256, ['0/259']],
    ['the last tiles are missing', 252 * 256, [252, 253, 254, 255, 256, 257, 258, 259].map((n) => `0/${n}`)],
    ['a tile before the last is missing', 257 * 256, ['0/257']],
    ['the last tile of level 1 is missing', 260 * 256, ['1/000']],
    ['the last of both levels are missing', 256 * 256, ['0/256', '0/257', '0/258', '0/259', '1/000']],
    ['all are missing', 0, Array.from({ length: 260 }, (_, n) => `0/${String(n).padStart(3, '0')}`)],
  ])('makes again what is not there: %s', async (_, from, names) => {
    const disk = await storedTree(size);
    const whole = new Map([...disk.files].map(([name, { content }]) => [name, content]));
    for (const name of names) disk.files.delete(`${folder}/tile/${name}`);
    const { asked, tree } = await openTestTree({ size, disk });
    expect(asked[0]?.from).toBe(from);
    expect(tree.root()).toEqual(naiveRoot(0, size));
    for (const name of names) {
      const path = `${folder}/tile/${name}`;
      expect(disk.content(path).equals(whole.get(path)!)).toBe(true);
    }
  });

  test.each([
    ['shorter', (content: Buffer) => content.subarray(0, 5000)],
    ['longer', (content: Buffer) => Buffer.concat([content, Buffer.alloc(1)])],
    ['with a page of zeros', (content: Buffer) => Buffer.from(content).fill(0, 512, 1024)],
    ['with another bit', (content: Buffer) => Buffer.from(content).fill((content[9] as number) ^ 1, 9, 10)],
  ])('makes a torn tile at its right end again from the log: %s', async (_, damage) => {
    for (const name of ['256', '258', '259']) {
      const disk = await storedTree(size);
      const whole = Buffer.from(disk.content(file(0, name)));
      disk.put(file(0, name), damage(whole));
      const { tree } = await openTestTree({ size, disk });
      expect(tree.root()).toEqual(naiveRoot(0, size));
      expect(disk.content(file(0, name)).equals(whole)).toBe(true);
    }
  });

  test('names a damaged or missing tile further left as soon as it is needed, and proves the rest', async () => {
    const disk = await storedTree(size);
    const damaged = Buffer.from(disk.content(file(0, '200')));
    damaged[100] = damaged[100]! ^ 1;
    disk.put(file(0, '200'), damaged);
    disk.files.delete(file(0, '007'));
    const { tree } = await openTestTree({ size, disk });
    for (const [name, index] of [
      ['200', 200 * 256 + 200],
      ['007', 7 * 256],
    ] as const) {
      const error = await errorOf(tree.inclusionProof(index));
      expect(error.reason).toBe('STATE_CORRUPT');
      expect(error.details.metadata?.file).toBe(file(0, name));
      expect(await reasonOf(tree.readTile(`tile/0/${name}`))).toBe('STATE_CORRUPT');
    }
    expect(await reasonOf(tree.consistencyProof(200 * 256 + 3))).toBe('STATE_CORRUPT');
    const { hashes, leafHash } = await tree.inclusionProof(201 * 256);
    expect(rootOfInclusion(leafHash, 201 * 256, size, hashes)).toEqual(tree.root());
  });

  test('refuses a damaged tile of an upper level that is at its right end', async () => {
    const disk = await storedTree(size);
    const damaged = Buffer.from(disk.content(file(1, '000')));
    damaged[100] = damaged[100]! ^ 1;
    disk.put(file(1, '000'), damaged);
    expect(await reasonOf(openTestTree({ size, disk }))).toBe('STATE_CORRUPT');
  });

  test('refuses a log that is shorter than it was, or that has other entries', async () => {
    const disk = await storedTree(1000);
    const shorter = await errorOf(openTestTree({ size: 999, disk }));
    expect(shorter.reason).toBe('STATE_CORRUPT');
    expect(shorter.message).toContain('1000');
    const leaf = (index: number): Buffer => leafAt(index === 900 ? 0 : index);
    expect(await reasonOf(openTestTree({ size: 1000, disk, leaf }))).toBe('STATE_CORRUPT');
    const { tree } = await openTestTree({ size: 1000, disk });
    expect(tree.root()).toEqual(naiveRoot(0, 1000));
  });

  test('refuses a head that is damaged, and starts from the log alone without one', async () => {
    const disk = await storedTree(1000);
    const head = disk.content(`${folder}/head`);
    for (const content of ['', 'scoremesh tree v1\n', head.toString().replace('1000', '01000'), `${head}x`]) {
      disk.put(`${folder}/head`, Buffer.from(content));
      expect(await reasonOf(openTestTree({ size: 1000, disk }))).toBe('STATE_CORRUPT');
    }
    disk.files.delete(`${folder}/head`);
    const { asked, tree } = await openTestTree({ size: 1000, disk });
    expect(asked).toEqual([{ from: 0, to: 1000 }]);
    expect(tree.root()).toEqual(naiveRoot(0, 1000));
  });
});
