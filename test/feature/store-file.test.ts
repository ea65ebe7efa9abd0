import { truncate } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { storeFile } from '../../services/feature/store-file.ts';
import { folderOf, startFeatures, tempFolder, travel } from './fixture.ts';

test('a file that is no store is refused by name and does not take the process down', async () => {
  const folder = await folderOf({ 'data.mdb': 'x'.repeat(10_000) });
  await expect(startFeatures(travel, { folder })).rejects.toMatchObject({
    reason: 'STATE_CORRUPT',
    message: expect.stringContaining('it is no LMDB file'),
  });
});

test.each([30, 100, 5000])('a store that was cut to %d bytes is refused by name', async (sizeBytes) => {
  const folder = await tempFolder();
  const { close } = await startFeatures(travel, { folder });
  await close();
  await truncate(storeFile(folder), sizeBytes);
  await expect(startFeatures(travel, { folder })).rejects.toMatchObject({
    reason: 'STATE_CORRUPT',
    message: expect.stringContaining('cut short'),
  });
});

test('an empty file is a new store', async () => {
  const folder = await folderOf({ 'data.mdb': '' });
  await expect(startFeatures(travel, { folder })).resolves.toBeDefined();
});
