import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEnvironment } from '../../../services/feature/store/environment.ts';
import { writeJson } from '../../../services/feature/store/json-records.ts';
import { lmdbFile } from '../../../services/kit/storage/lmdb-file.ts';
import { openStore, tempFolder } from './opened-store.ts';
import { eventsOf } from './store-rows.ts';

test('a file that is no store is refused by name and does not take the process down', async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, 'data.mdb'), 'x'.repeat(10_000));
  await expect(openStore(folder)).rejects.toMatchObject({
    reason: 'STATE_CORRUPT',
    message: expect.stringContaining(`${folder}/data.mdb can't be opened: it is no LMDB file`),
  });
});

test.each([30, 100, 5000, 10_000, 40_000])(
  'a store that was cut to %d bytes is refused by name',
  async (size) => {
    const { store, folder, close } = await openStore();
    const { event } = await eventsOf(store);
    for (let number = 0; number < 50; number++)
      await store.commit([event({ number, timeMs: 0, pad: 500 })], []);
    await close();
    await truncate(lmdbFile(folder), size);
    await expect(openStore(folder)).rejects.toMatchObject({
      reason: 'STATE_CORRUPT',
      message: expect.stringContaining('cut short'),
    });
  },
);

test('an empty file is a new store', async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, 'data.mdb'), '');
  const { store } = await openStore(folder);
  expect(store.lastIngestMs).toBe(0);
});

test('a folder whose name has a dot, and that is not there yet, is made', async () => {
  const folder = join(await tempFolder(), 'deep', 'state.d');
  const { store } = await openStore(folder);
  expect(store.sizeBytes()).toBeGreaterThan(0);
});

test.each([
  ['without one', undefined, 1],
  ['that is newer', 3, 3],
])('a store with a format %s is refused by name, with what to do', async (_, noted, told) => {
  const folder = await tempFolder();
  const environment = await openEnvironment(folder);
  const meta = environment.table('meta');
  await environment.write(2, 100, () => {
    writeJson(meta, 'last-ticks', 5);
    if (noted !== undefined) writeJson(meta, 'format', noted);
  });
  await environment.close();
  await expect(openStore(folder)).rejects.toMatchObject({
    reason: 'STATE_CORRUPT',
    message: `the feature store ${folder}/data.mdb has format ${told} and this version reads format 2 only; run the version that wrote it, or move the file away and ingest again`,
  });
});
