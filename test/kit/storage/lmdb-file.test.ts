import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { reserveFile } from '../../../services/kit/storage/file-room.ts';
import { lmdbFile, lmdbFileFault } from '../../../services/kit/storage/lmdb-file.ts';

let folder = '';
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A folder with a data file of two meta pages, the second newer, and two more pages. */
async function folderOf(change: (bytes: Buffer) => void = () => {}): Promise<string> {
  folder = await mkdtemp(join(tmpdir(), 'lmdb-file-'));
  const bytes = Buffer.alloc(4 * 4096);
  for (const [at, transaction] of [
    [0, 4n],
    [4096, 5n],
  ] as const) {
    bytes.writeUInt32LE(0xbeefc0de, at + 24);
    bytes.writeUInt32LE(2, at + 28);
    bytes.writeUInt32LE(4096, at + 48);
    bytes.writeBigUInt64LE(transaction === 5n ? 3n : 9n, at + 144);
    bytes.writeBigUInt64LE(transaction, at + 152);
  }
  change(bytes);
  await writeFile(lmdbFile(folder), bytes);
  return folder;
}

test('a file that its newest meta page fits is sound, and so is none or an empty one', async () => {
  expect(await lmdbFileFault(await folderOf())).toBeUndefined();
  await truncate(lmdbFile(folder), 0);
  expect(await lmdbFileFault(folder)).toBeUndefined();
  await rm(lmdbFile(folder));
  expect(await lmdbFileFault(folder)).toBeUndefined();
});

test.each<[string, (bytes: Buffer) => void, string]>([
  ['has no magic number', (bytes) => bytes.fill(1, 0, 4096), 'it is no LMDB file'],
  ['has a damaged second page', (bytes) => bytes.fill(1, 4096, 8192), 'its second page is damaged'],
  ['has another format', (bytes) => bytes.writeUInt32LE(1, 28), 'its format is 1, not 2'],
  [
    'lacks pages in use',
    (bytes) => bytes.writeBigUInt64LE(4n, 4096 + 144),
    'it was cut short, to 16384 bytes',
  ],
])('a file that %s is told', async (_, change, fault) => {
  expect(await lmdbFileFault(await folderOf(change))).toBe(fault);
});

test('room in a file is zeros that are there', async () => {
  const path = lmdbFile(await folderOf());
  expect(await reserveFile(path, 1000)).toBe(4 * 4096);
  expect(await reserveFile(path, 3_000_000)).toBe(3_000_000);
  expect(await lmdbFileFault(folder)).toBeUndefined();
});
