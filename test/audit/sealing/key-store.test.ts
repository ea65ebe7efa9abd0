import { createHmac } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { KeyProvider } from '../../../services/audit/sealing/key-provider.ts';
import { openKeyStore } from '../../../services/audit/sealing/key-store.ts';
import { errorOf, KeptLog, reasonOf, temporaryFolder } from '../fixture.ts';
import { failNext, holdNext, systemError } from '../memory-disk.ts';
import { allocateMany, openKeys } from './fixture.ts';
import { SealingMemoryDisk } from './sealing-memory-disk.ts';

const copyOf = (key: Buffer | undefined): Buffer => Buffer.from(key ?? 'no key');

describe('the key store', () => {
  test('hands out each slot once, from 1 on, each with a key of its own that stays', async () => {
    const keys = await openKeys();
    const slots = await allocateMany(keys, 20_000);
    expect(slots).toEqual(Array.from({ length: 20_000 }, (_, n) => n + 1));
    const found = slots.map((slot) => copyOf(keys.keyOf(slot)).toString('hex'));
    expect(new Set(found).size).toBe(slots.length);
    expect(found.every((key) => key.length === 64)).toBe(true);
    await keys.close();

    const again = await openKeys({ folder: keys.folder, usedUpTo: 20_000, cachedKeys: 10 });
    expect(slots.map((slot) => copyOf(again.keyOf(slot)).toString('hex'))).toEqual(found);
    expect(again.allocate()).toBe(20_001);
  });

  test('keys are nowhere in the folder in plain', async () => {
    const keys = await openKeys();
    const file = await readFile(join(keys.folder, 'subjects'));
    expect(file.length).toBe(1024 * 64);
    for (const slot of [0, ...(await allocateMany(keys, 100))])
      expect(file.includes(copyOf(keys.keyOf(slot)))).toBe(false);
  });

  test('goes on above what the log knows, and what was made ready before is used', async () => {
    const first = await openKeys();
    const [, , third] = await allocateMany(first, 10);
    const key = copyOf(first.keyOf(4));
    await first.close();
    const second = await openKeys({ folder: first.folder, usedUpTo: third! });
    expect(second.allocate()).toBe(4);
    expect(second.keyOf(4)).toEqual(key);
    second.noteUsed(3);
    second.noteUsed(9);
    expect(second.allocate()).toBe(10);
    second.noteUsed(1500);
    expect((await allocateMany(second, 1))[0]).toBe(1501);
  });

  test('keys that the log names and the folder lacks are unknown, are said, and are not handed out anew', async () => {
    const first = await openKeys();
    await first.close();
    const second = await openKeys({ folder: first.folder, usedUpTo: 3000 });
    expect(second.log.lines.map((line) => line.level)).toEqual(['error']);
    expect(second.stateOf(1023)).toBe('live');
    for (const slot of [1024, 3000, 9000, 4_000_000_000]) {
      expect(second.stateOf(slot)).toBe('unknown');
      expect(second.keyOf(slot)).toBeUndefined();
    }
    expect(second.allocate()).toBe(3001);
    await second.destroy([2000]);
    expect(second.stateOf(2000)).toBe('destroyed');
    await second.close();
    const third = await openKeys({ folder: first.folder, usedUpTo: 3001 });
    expect(third.log.lines).toEqual([]);
    expect(third.stateOf(3000)).toBe('unknown');
    expect(third.stateOf(2000)).toBe('destroyed');
    expect(third.allocate()).toBe(3002);
  });

  test('a destroyed key is gone at once and for ever, and its neighbours stay', async () => {
    const keys = await openKeys();
    const slots = await allocateMany(keys, 3);
    const before = slots.map((slot) => copyOf(keys.keyOf(slot)));
    const held = keys.keyOf(2);
    const done = keys.destroy([2]);
    expect(keys.keyOf(2)).toBeUndefined();
    expect(keys.stateOf(2)).toBe('destroyed');
    expect(held).toEqual(Buffer.alloc(32));
    await done;
    await keys.destroy([2]);
    const bytes = await readFile(join(keys.folder, 'subjects'));
    expect(bytes.subarray(128, 192)).toEqual(Buffer.concat([Buffer.of(2), Buffer.alloc(63)]));
    await keys.close();
    const again = await openKeys({ folder: keys.folder, usedUpTo: 3 });
    expect(again.stateOf(2)).toBe('destroyed');
    expect(again.keyOf(1)).toEqual(before[0]);
    expect(again.keyOf(3)).toEqual(before[2]);
  });

  test('the key of records without a subject, and slots that nobody has, can not be destroyed', async () => {
    const keys = await openKeys();
    const [slot] = await allocateMany(keys, 1);
    for (const wrong of [0, -1, slot! + 1, 1.5, Number.NaN, 2 ** 40])
      await expect(keys.destroy([slot!, wrong])).rejects.toThrow(RangeError);
    expect(keys.stateOf(slot!)).toBe('live');
    expect(keys.keyOf(0)?.length).toBe(32);
  });

  test('a destroyed slot above what the log knows is not handed out', async () => {
    const first = await openKeys();
    await allocateMany(first, 5);
    await first.destroy([3]);
    await first.close();
    const second = await openKeys({ folder: first.folder, usedUpTo: 1 });
    expect(await allocateMany(second, 3)).toEqual([2, 4, 5]);
  });

  test('tags are the same after a restart, differ by subject, and tell nothing without the index key', async () => {
    const first = await openKeys();
    const subjects = ['passenger=1', 'passenger=2', '', 'ü'.repeat(400)];
    const tags = subjects.map((subject) => copyOf(first.tagOf(subject)));
    expect(new Set(tags.map(String)).size).toBe(4);
    expect(tags.every((tag) => tag.length === 16)).toBe(true);
    await first.close();
    const second = await openKeys({ folder: first.folder });
    expect(subjects.map((subject) => second.tagOf(subject))).toEqual(tags);
    const other = await openKeys();
    expect(other.tagOf('passenger=1')).not.toEqual(tags[0]);
  });

  test('asks its provider once, with what is wrapped by name, and makes tags by HMAC-SHA256 under the second key', async () => {
    const asked: string[] = [];
    let plain = Buffer.alloc(0);
    const provider: KeyProvider = {
      wrap: async (key, what) => {
        asked.push(`wrap ${what}`);
        plain = Buffer.from(key);
        return Buffer.from(key).reverse();
      },
      unwrap: async (wrapped, what) => {
        asked.push(`unwrap ${what}`);
        return Buffer.from(wrapped).reverse();
      },
    };
    const folder = join(await temporaryFolder(), 'keys');
    const settings = { folder, provider, log: new KeptLog(), usedUpTo: undefined };
    const first = await openKeyStore(settings);
    expect(first.tagOf('a=1')).toEqual(
      createHmac('sha256', plain.subarray(32)).update('a=1').digest().subarray(0, 16),
    );
    await first.close();
    await (await openKeyStore(settings)).close();
    expect(asked).toEqual(['wrap', 'unwrap', 'unwrap'].map((verb) => `${verb} scoremesh store key v1`));
    const forgetful = { ...provider, unwrap: async () => Buffer.alloc(64) };
    const other = join(await temporaryFolder(), 'keys');
    expect(await reasonOf(openKeyStore({ ...settings, folder: other, provider: forgetful }))).toBe(
      'STATE_CORRUPT',
    );
    expect(await readdir(other)).not.toContain('store.key');
  });

  test('two processes do not have one folder', async () => {
    const keys = await openKeys();
    expect(await reasonOf(openKeys({ folder: keys.folder }))).toBe('STATE_LOCKED');
    await keys.close();
    await keys.close();
    expect(() => keys.allocate()).toThrow('stopping');
    expect(() => keys.keyOf(1)).toThrow('stopping');
    await openKeys({ folder: keys.folder });
  });

  test('a folder that lacks what the log needs is refused, not begun anew', async () => {
    const empty = join(await temporaryFolder(), 'keys');
    expect(await reasonOf(openKeys({ folder: empty, usedUpTo: 0 }))).toBe('STATE_CORRUPT');
    const keys = await openKeys({ folder: empty });
    await keys.close();
    const subjects = await readFile(join(empty, 'subjects'));
    await rm(join(empty, 'store.key'));
    expect((await errorOf(openKeys({ folder: empty }))).message).toContain('store.key: it is missing');
    await rm(join(empty, 'subjects'));
    await (await openKeys({ folder: empty })).close();
    await writeFile(join(empty, 'subjects'), subjects);
    expect((await errorOf(openKeys({ folder: empty }))).message).toContain('another store.key');
    await rm(join(empty, 'subjects'));
    expect((await errorOf(openKeys({ folder: empty, usedUpTo: 0 }))).message).toContain('missing or empty');
  });

  test('a damaged slot is unknown, and one that was moved is too', async () => {
    const first = await openKeys();
    await allocateMany(first, 70);
    await first.close();
    const path = join(first.folder, 'subjects');
    const bytes = await readFile(path);
    for (let at = 0; at < 61; at++) bytes[64 * (at + 1) + at] = bytes.readUInt8(64 * (at + 1) + at) ^ 4;
    bytes.copy(bytes, 64 * 65, 64 * 66, 64 * 67);
    await writeFile(path, bytes);
    const second = await openKeys({ folder: first.folder, usedUpTo: 70 });
    for (let slot = 1; slot <= 61; slot++) expect(second.stateOf(slot)).toBe('unknown');
    expect(second.stateOf(65)).toBe('unknown');
    expect(second.stateOf(66)).toBe('live');
  });

  test('a burst beyond what is ready is refused by name until keys are durable, and none of them before', async () => {
    const disk = new SealingMemoryDisk();
    const keys = await openKeys({ disk });
    const { reached, letGo } = holdNext(disk, 'datasync');
    for (let n = 0; n < 1023; n++) keys.allocate();
    await reached;
    const error = await errorOf((async () => keys.allocate())());
    expect(error.reason).toBe('QUEUE_FULL');
    expect(error.details.retryAfterMs).toBeGreaterThan(0);
    letGo();
    expect((await allocateMany(keys, 1))[0]).toBe(1024);
  });

  test('a full or failing disk is told by name, and when it is well again keys are made', async () => {
    for (const [code, reason] of [
      ['ENOSPC', 'AUDIT_DISK_FULL'],
      ['EIO', 'AUDIT_LOG_FAILED'],
    ] as const) {
      const disk = new SealingMemoryDisk();
      const keys = await openKeys({ disk });
      disk.before = (operation) => {
        if (operation === 'write') throw systemError(code);
      };
      const told = keys.log.next('no new keys can be made for data subjects');
      for (let n = 0; n < 1023; n++) keys.allocate();
      await told;
      expect(await reasonOf((async () => keys.allocate())())).toBe(reason);
      expect(await reasonOf(keys.destroy([5]))).toBe(reason);
      expect(keys.stateOf(5)).toBe('live');
      disk.before = () => {};
      await keys.destroy([5]);
      expect(keys.stateOf(5)).toBe('destroyed');
      expect((await allocateMany(keys, 1))[0]).toBe(1024);
    }
  });

  test('a disk that fails at the start or under a read is told by name', async () => {
    const disk = new SealingMemoryDisk();
    const keys = await openKeys({ disk, cachedKeys: 2 });
    await allocateMany(keys, 10);
    disk.peekFault = 'EIO';
    expect(await reasonOf((async () => keys.keyOf(1))())).toBe('AUDIT_LOG_FAILED');
    expect(await reasonOf((async () => keys.stateOf(1))())).toBe('AUDIT_LOG_FAILED');
    await keys.close();
    disk.peekFault = undefined;
    for (const operation of ['open', 'read', 'sync'] as const) {
      failNext(disk, operation, 'EIO');
      expect(await reasonOf(openKeys({ disk, folder: keys.folder }))).toBe('AUDIT_LOG_FAILED');
    }
    const full = new SealingMemoryDisk();
    full.capacityBytes = 1000;
    const folder = join(await temporaryFolder(), 'keys');
    expect(await reasonOf(openKeys({ disk: full, folder }))).toBe('AUDIT_DISK_FULL');
    full.capacityBytes = 1_000_000;
    expect((await openKeys({ disk: full, folder })).allocate()).toBe(1);
  });
});
