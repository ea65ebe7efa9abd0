import { open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LogClient } from '../../../services/audit/follow/log-source.ts';
import { appendMany, openAudit, reasonOf, temporaryFolder, testCall } from '../fixture.ts';
import { caughtUp, openFollower, readLog, until } from './fixture.ts';

/** A closed replica of a log of 900 entries, and how to open it again. */
async function closedReplica() {
  const writer = await openAudit({ folder: await temporaryFolder() });
  const source = writer.handlers as unknown as LogClient;
  const folder = join(await temporaryFolder(), 'audit');
  const replica = await openFollower({ folder, segmentBytes: 128 * 1024 }, source);
  // What is fetched at once goes into one segment.
  for (let round = 0; round < 3; round++) {
    await appendMany(writer, 300, 150);
    await caughtUp(replica, writer);
  }
  await replica.close();
  return {
    writer,
    folder,
    open: async () => await openFollower({ folder, segmentBytes: 128 * 1024 }, source),
  };
}

async function flip(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0] = byte.readUInt8(0) ^ 1;
  await file.write(byte, 0, 1, at);
  await file.close();
}

const segments = async (folder: string): Promise<string[]> =>
  (await readdir(join(folder, 'log'))).sort().map((name) => join(folder, 'log', name));

describe('a damaged replica', () => {
  test('does not start with a flipped byte in its last segment', async () => {
    const { folder, open } = await closedReplica();
    const last = (await segments(folder)).at(-1) as string;
    await flip(last, 400);
    expect(await reasonOf(open())).toBe('STATE_CORRUPT');
  });

  test('names a flipped byte in an earlier segment when that is read, and answers the rest', async () => {
    const { folder, open } = await closedReplica();
    const first = (await segments(folder))[0] as string;
    await flip(first, 20_000);
    const replica = await open();
    expect(await reasonOf(readLog(replica, 'tile/entries/000'))).toBe('STATE_CORRUPT');
    expect((await readLog(replica, 'tile/entries/003.p/132')).length).toBeGreaterThan(1000);
  });

  test('does not start if entries are lost that its checkpoint has', async () => {
    const { folder, open } = await closedReplica();
    const last = (await segments(folder)).at(-1) as string;
    await truncate(last, (await stat(last)).size - 300);
    expect(await reasonOf(open())).toBe('STATE_CORRUPT');
  });

  test.each(['checkpoint', 'replica', 'vkey'])('does not start with a damaged %s', async (name) => {
    const { folder, open } = await closedReplica();
    await flip(join(folder, name), 3);
    expect(await reasonOf(open())).toMatch(/STATE_CORRUPT|CONFIG_INVALID/);
    await rm(join(folder, name));
    if (name === 'checkpoint') {
      // It has the entries, and learns from the writer what they belong to.
      const replica = await open();
      await until(() => replica.size() === 900);
    } else expect(await reasonOf(open())).toMatch(/STATE_CORRUPT|CONFIG_INVALID/);
  });

  test('makes tree and index again', async () => {
    const { folder, open, writer } = await closedReplica();
    await rm(join(folder, 'index'), { recursive: true });
    await rm(join(folder, 'tree'), { recursive: true });
    const replica = await open();
    expect(replica.size()).toBe(900);
    const { records } = await replica.handlers.ListRecords(
      { since: null, until: null, pageSize: 1000, pageToken: '' },
      testCall(),
    );
    expect(records).toHaveLength(900);
    expect((await readLog(replica, 'tile/0/002')).equals(await readLog(writer, 'tile/0/002'))).toBe(true);
  });

  test('has its torn tail cut and fetches it again', async () => {
    const { folder, open, writer } = await closedReplica();
    const last = (await segments(folder)).at(-1) as string;
    await writeFile(last, Buffer.alloc(1000, 7), { flag: 'a' });
    const replica = await open();
    await appendMany(writer, 20);
    await caughtUp(replica, writer);
  });
});

describe('a folder', () => {
  test('of a replica is refused by a writer', async () => {
    const { folder } = await closedReplica();
    expect(await reasonOf(openAudit({ folder }))).toBe('AUDIT_REPLICA');
  });

  test('of a log is refused by a replica, which leaves it as it was', async () => {
    const { writer } = await closedReplica();
    const { folder } = writer;
    await writer.close();
    const before = await readdir(folder);
    expect(await reasonOf(openFollower({ folder }, {} as LogClient))).toBe('CONFIG_INVALID');
    expect((await readdir(folder)).filter((name) => !name.startsWith('lock'))).toEqual(
      before.filter((name) => !name.startsWith('lock')),
    );
    await openAudit({ folder });
  });

  test('is one replica’s', async () => {
    const { open } = await closedReplica();
    await open();
    expect(await reasonOf(open())).toBe('STATE_LOCKED');
  });
});
