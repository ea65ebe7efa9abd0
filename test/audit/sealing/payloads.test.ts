import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openPayloads, type Payloads } from '../../../services/audit/sealing/payloads.ts';
import { errorOf, reasonOf, temporaryFolder } from '../fixture.ts';
import { failNext, holdNext, systemError } from '../memory-disk.ts';
import { SealingMemoryDisk } from './sealing-memory-disk.ts';

const folder = '/audit/payloads';
const pathOf = (sealed: Buffer, under = folder): string => {
  const digest = createHash('sha256').update(sealed).digest('hex');
  return join(under, digest.slice(0, 2), digest);
};

/** Compared as wholes: comparing large Buffers byte by byte takes seconds. */
async function expectStored(payloads: Payloads, ref: Buffer, sealed: Buffer | undefined): Promise<void> {
  const found = await payloads.get(ref);
  expect(found !== undefined && sealed?.equals(found)).toBe(true);
}

describe('payloads', () => {
  test('are stored under their digest and read back, on a real disk', async () => {
    const own = join(await temporaryFolder(), 'payloads');
    const payloads = await openPayloads({ folder: own });
    const sealed = randomBytes(50_000);
    const ref = await payloads.put(sealed);
    expect(ref.length).toBe(36);
    expect(ref.subarray(0, 32)).toEqual(createHash('sha256').update(sealed).digest());
    expect(ref.readUInt32LE(32)).toBe(50_000);
    expect((await readFile(pathOf(sealed, own))).equals(sealed)).toBe(true);
    expect(await payloads.put(Buffer.from(sealed))).toEqual(ref);
    const many = Array.from({ length: 100 }, () => randomBytes(40_000));
    const refs = await Promise.all(many.map(async (each) => await payloads.put(each)));
    for (const [at, each] of many.entries()) await expectStored(payloads, refs[at]!, each);
    await payloads.close();
    await writeFile(join(own, 'incoming', 'left.tmp'), 'half');

    const again = await openPayloads({ folder: own });
    expect(await readdir(join(own, 'incoming'))).toEqual([]);
    await expectStored(again, ref, sealed);
    await again.remove(ref);
    await again.remove(ref);
    expect(await again.get(ref)).toBeUndefined();
    await expectStored(again, refs[5]!, many[5]);
    const absent = Buffer.concat([Buffer.alloc(32, 255), Buffer.of(1, 0, 0, 0)]);
    await again.remove(absent);
    expect(await again.get(absent)).toBeUndefined();
    await expect(again.get(Buffer.alloc(36))).rejects.toThrow(RangeError);
    await expect(again.get(absent.subarray(1))).rejects.toThrow(RangeError);
  });

  test('any changed byte, and any other length, is told by name', async () => {
    const disk = new SealingMemoryDisk();
    const payloads = await openPayloads({ folder, disk });
    const sealed = randomBytes(100);
    const ref = await payloads.put(sealed);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = sealed.readUInt8(at) ^ 2;
      disk.put(pathOf(sealed), changed);
      const error = await errorOf(payloads.get(ref));
      expect(error.reason).toBe('STATE_CORRUPT');
      expect(error.message).toContain(pathOf(sealed));
    }
    for (const other of [sealed.subarray(1), Buffer.alloc(0), Buffer.concat([sealed, Buffer.of(0)])]) {
      disk.put(pathOf(sealed), other);
      expect(await reasonOf(payloads.get(ref))).toBe('STATE_CORRUPT');
    }
    await payloads.put(sealed);
    await expectStored(payloads, ref, sealed);
  });

  test('what was put is there after a power failure, whole, and nothing half under a digest', async () => {
    let durable = 0;
    let cut = 0;
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 12 }),
      fc.infiniteStream(fc.boolean()),
      async (failAt, sizes, kept) => {
        const disk = new SealingMemoryDisk();
        disk.maxWriteBytes = 1000;
        let stored: Buffer[] = [];
        let left = failAt;
        let after: { disk: SealingMemoryDisk; stored: Buffer[] } | undefined;
        const isKept = (): boolean => kept.next().value ?? false;
        disk.before = () => {
          left--;
          if (left === 0) after = { disk: disk.afterPowerFailure(isKept), stored: [...stored] };
        };
        const payloads = await openPayloads({ folder, disk });
        const refs = new Map<Buffer, Buffer>();
        await Promise.all(
          sizes.map(async (size) => {
            const sealed = randomBytes(size);
            refs.set(sealed, await payloads.put(sealed));
            stored = [...stored, sealed];
          }),
        );
        await payloads.close();
        const end = after ?? { disk: disk.afterPowerFailure(isKept), stored };
        const again = await openPayloads({ folder, disk: end.disk });
        for (const sealed of end.stored) {
          await expectStored(again, refs.get(sealed)!, sealed);
          durable++;
        }
        for (const [sealed, ref] of refs) {
          const found = await again.get(ref);
          expect((found ?? sealed).equals(sealed)).toBe(true);
          if (found === undefined) cut++;
        }
        expect(end.disk.below(join(folder, 'incoming'))).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: 150 });
    expect(durable).toBeGreaterThan(0);
    expect(cut).toBeGreaterThan(0);
  });

  test('a full disk is told by name, leaves nothing behind, and does not fail what has room', async () => {
    const disk = new SealingMemoryDisk();
    const payloads = await openPayloads({ folder, disk });
    disk.capacityBytes = 5000;
    const small = await payloads.put(randomBytes(4000));
    const error = await errorOf(payloads.put(randomBytes(4000)));
    expect(error.reason).toBe('AUDIT_DISK_FULL');
    expect(error.details.retryAfterMs).toBeGreaterThan(0);
    expect(disk.below(join(folder, 'incoming'))).toEqual([]);
    expect((await payloads.put(randomBytes(900))).length).toBe(36);
    await payloads.remove(small);
    expect((await payloads.put(randomBytes(4000))).length).toBe(36);
  });

  test.each(['create', 'write', 'datasync', 'syncFolder'] as const)(
    'a failed %s fails the put by name',
    async (operation) => {
      const disk = new SealingMemoryDisk();
      const payloads = await openPayloads({ folder, disk });
      failNext(disk, operation, 'EIO');
      const sealed = randomBytes(2000);
      expect(await reasonOf(payloads.put(sealed))).toBe('AUDIT_LOG_FAILED');
      await expectStored(payloads, await payloads.put(sealed), sealed);
      const ref = await payloads.put(sealed);
      failNext(disk, 'open', 'EIO');
      expect(await reasonOf(payloads.get(ref))).toBe('AUDIT_LOG_FAILED');
    },
  );

  test('bytes that wait for the disk are bounded, and one too large for the bound goes alone', async () => {
    const disk = new SealingMemoryDisk();
    const payloads = await openPayloads({ folder, disk, maxPendingBytes: 10_000 });
    const { reached, letGo } = holdNext(disk, 'datasync');
    const first = payloads.put(randomBytes(20_000));
    await reached;
    expect(await reasonOf(payloads.put(randomBytes(100)))).toBe('QUEUE_FULL');
    letGo();
    await first;
    await payloads.put(randomBytes(100));
    const closing = payloads.put(randomBytes(100));
    await payloads.close();
    expect((await closing).length).toBe(36);
    expect(await reasonOf(payloads.put(randomBytes(100)))).toBe('SHUTTING_DOWN');
  });

  test('what is put at once shares the syncs of folders', async () => {
    const disk = new SealingMemoryDisk();
    const payloads = await openPayloads({ folder, disk });
    const syncs = new Map<string, number>();
    disk.before = (operation, path) => {
      if (operation === 'syncFolder') syncs.set(path, (syncs.get(path) ?? 0) + 1);
    };
    const many: Buffer[] = [];
    while (many.length < 30) {
      const sealed = randomBytes(64);
      if (dirname(pathOf(sealed)).endsWith('7f')) many.push(sealed);
    }
    await Promise.all(many.map(async (each) => await payloads.put(each)));
    expect([...syncs.values()].reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(2);
  });

  test('a disk that fails at the start is told by name', async () => {
    const disk = new SealingMemoryDisk();
    disk.put(join(folder, 'incoming', 'left.tmp'), Buffer.alloc(3));
    disk.before = () => {
      throw systemError('EROFS');
    };
    expect(await reasonOf(openPayloads({ folder, disk }))).toBe('AUDIT_LOG_FAILED');
  });
});
