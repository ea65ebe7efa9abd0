import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { backUpStore, restoreStore } from '../../../services/feature/store/back-up.ts';
import { lmdbFile } from '../../../services/kit/storage/lmdb-file.ts';
import { openStore, tempFolder } from './opened-store.ts';
import { eventsOf, numbersOf, quarantinedEvent } from './store-rows.ts';

const noon = Date.UTC(2026, 0, 10, 12);

/** A folder with a store of two events, closed. */
async function stored(): Promise<string> {
  const { store, folder, close } = await openStore();
  const { event } = await eventsOf(store);
  await store.commit([event({ number: 1, timeMs: noon })], [quarantinedEvent('visits', 'q')]);
  await store.commit([event({ number: 2, timeMs: noon })], []);
  await close();
  return folder;
}

test('a back-up of a store that another process writes to holds whole commits up to a moment', {
  timeout: 60_000,
}, async () => {
  const folder = await tempFolder();
  const script = fileURLToPath(new URL('./store-child.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, '20', '50', 'compact'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let acknowledged = 0;
  const readTo = async (count: number) => {
    while (acknowledged < count) acknowledged = (Number((await lines.next()).value) || 0) + 1;
  };
  try {
    await readTo(1000);
    for (let round = 0; round < 3; round++) {
      const least = acknowledged;
      const backUp = join(await tempFolder(), 'back-up');
      const manifest = await backUpStore(folder, backUp, '1.2.3');
      const restored = join(await tempFolder(), 'restored');
      expect(await restoreStore(backUp, restored)).toEqual(manifest);
      const { store, close } = await openStore(restored, { nowMs: Date.now() });
      expect(store.lastIngestMs).toBe(manifest.lastIngestMs);
      const { indexes } = await eventsOf(store, 'visits', ['who', 'all']);
      const numbers = (await numbersOf(store, indexes.all, '*')).sort((a, b) => a - b);
      expect(numbers.length).toBeGreaterThanOrEqual(least);
      expect(numbers.length % 20).toBe(0);
      expect(numbers).toEqual(numbers.map((_, at) => at));
      await close();
      await readTo(acknowledged + 1000);
    }
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

test('a restored store is the one that was backed up, and stores on', async () => {
  const folder = await stored();
  const backUp = join(await tempFolder(), 'back-up');
  const manifest = await backUpStore(folder, backUp, '1.2.3');
  expect(manifest).toMatchObject({ softwareVersion: '1.2.3', lastIngestMs: noon + 1 / 1024 });
  expect(JSON.parse(await readFile(join(backUp, 'manifest.json'), 'utf8'))).toEqual(manifest);
  expect((await readdir(backUp)).sort()).toEqual(['data.mdb', 'manifest.json']);
  const target = join(await tempFolder(), 'deep', 'folder');
  await restoreStore(backUp, target);
  expect(await readdir(target)).toEqual(['data.mdb']);
  const { store } = await openStore(target);
  const { event, indexes } = await eventsOf(store);
  expect(await numbersOf(store, indexes.who, 'ann')).toEqual([1, 2]);
  expect((await store.quarantine('', '', 9)).total).toBe(1);
  const commit = await store.commit(
    [1, 3].map((number) => event({ number, timeMs: noon })),
    [],
  );
  expect(commit.duplicates).toEqual([true, false]);
  expect(commit.ingestTimeMs).toBeGreaterThan(manifest.lastIngestMs);
});

test('a folder without a store, and a target that is not empty, are refused by name', async () => {
  const empty = await tempFolder();
  await expect(backUpStore(empty, join(empty, 'x'), '1')).rejects.toMatchObject({
    reason: 'CONFIG_INVALID',
    message: expect.stringContaining(empty),
  });
  const folder = await stored();
  await expect(backUpStore(folder, folder, '1')).rejects.toMatchObject({
    reason: 'CONFIG_INVALID',
    message: expect.stringContaining(`back up to ${folder}: it is not empty`),
  });
  const backUp = join(await tempFolder(), 'back-up');
  await backUpStore(folder, backUp, '1');
  await expect(restoreStore(backUp, folder)).rejects.toMatchObject({
    reason: 'CONFIG_INVALID',
    message: expect.stringContaining(`restore to ${folder}: it is not empty`),
  });
});

test('a folder that a process uses is not restored to', async () => {
  const backUp = join(await tempFolder(), 'back-up');
  await backUpStore(await stored(), backUp, '1');
  const { store, folder } = await openStore();
  await expect(restoreStore(backUp, folder)).rejects.toMatchObject({ reason: 'CONFIG_INVALID' });
  expect((await store.quarantine('', '', 9)).total).toBe(0);
});

test.each([
  ['was cut', (folder: string) => truncate(lmdbFile(folder), 9000), 'has 9000 bytes and not'],
  ['was changed', (folder: string) => flipBit(lmdbFile(folder)), 'another SHA-256'],
  ['has no manifest', (folder: string) => rm(join(folder, 'manifest.json')), 'no manifest.json'],
  ['has half a manifest', (folder: string) => writeFile(join(folder, 'manifest.json'), '{'), 'is no JSON'],
])('a back-up that %s is refused and nothing is restored', async (_, damage, message) => {
  const backUp = join(await tempFolder(), 'back-up');
  await backUpStore(await stored(), backUp, '1');
  await damage(backUp);
  const target = join(await tempFolder(), 'target');
  await mkdir(target);
  await expect(restoreStore(backUp, target)).rejects.toMatchObject({
    reason: 'STATE_CORRUPT',
    message: expect.stringContaining(message),
  });
  expect(await readdir(target)).toEqual([]);
});

async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await writeFile(path, bytes);
}
