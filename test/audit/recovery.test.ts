import { cp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { append, appendMany, errorOf, get, openAudit, reasonOf, temporaryFolder } from './fixture.ts';
import { MemoryDisk } from './memory-disk.ts';

const firstSegment = (folder: string): string => join(folder, 'log', '0000000001.log');
const removeIndex = async (folder: string): Promise<void> =>
  await rm(join(folder, 'index'), { recursive: true, force: true });

/** As if it had not been brought up to date yet. */
const removeTree = async (folder: string): Promise<void> =>
  await rm(join(folder, 'tree'), { recursive: true, force: true });

/** A folder with so many records, closed. */
async function filled(count: number, size = 20): Promise<{ folder: string; ids: string[] }> {
  const folder = await temporaryFolder();
  const audit = await openAudit({ folder, segmentBytes: 128 * 1024 });
  const ids = await appendMany(audit, count, size);
  await audit.close();
  return { folder, ids };
}

describe('opening the audit log', () => {
  test('what was appended is there after a restart, in its place', async () => {
    const folder = await temporaryFolder();
    const first = await openAudit({ folder });
    const { request, response } = await append(first);
    await first.close();

    const second = await openAudit({ folder });
    const found = await get(second, request.recordId);
    expect(found.entry).toEqual(request.record);
    expect(found.receipt).toEqual({ ...response.receipt, proof: '' });
    expect(found.record?.recordId).toBe(request.recordId);
    expect(second.size()).toBe(1);
    expect((await append(second)).response.receipt?.logIndex).toBe('1');
  });

  test('a torn tail is cut, whatever was torn off, and everything before it is there', async () => {
    const { folder, ids } = await filled(4);
    const path = firstSegment(folder);
    const whole = await readFile(path);
    const frameBytes = (whole.length - 36) / 4;
    for (const cut of [1, 7, 40, frameBytes - 1, frameBytes]) {
      await writeFile(path, whole.subarray(0, whole.length - cut));
      await removeIndex(folder);
      await removeTree(folder);
      const audit = await openAudit({ folder });
      expect(audit.size()).toBe(3);
      for (const id of ids.slice(0, 3)) expect((await get(audit, id)).record?.recordId).toBe(id);
      expect(await reasonOf(get(audit, ids[3]!))).toBe('RECORD_NOT_FOUND');
      const isTorn = cut < frameBytes;
      expect(audit.log.has('cut the torn tail of the audit log')).toBe(isTorn);
      expect(audit.metrics.counts.get('scoremesh_audit_torn_bytes_total{}')).toBe(
        isTorn ? frameBytes - cut : 0,
      );
      await audit.close();
      expect((await stat(path)).size).toBe(36 + 3 * frameBytes);
    }
  });

  test('a log of an earlier version is left as it is, and what to do is said', async () => {
    const { folder } = await filled(2);
    const path = firstSegment(folder);
    const bytes = await readFile(path);
    bytes.write('SMAUDIT1', 0, 'latin1');
    await writeFile(path, bytes);
    const error = await errorOf(openAudit({ folder }));
    expect(error.reason).toBe('STATE_CORRUPT');
    expect(error.message).toContain('earlier version');
    expect(await readFile(path)).toEqual(bytes);
  });

  test('rubbish and zeros behind the last record are cut', async () => {
    const { folder, ids } = await filled(2);
    const path = firstSegment(folder);
    const whole = await readFile(path);
    for (const tail of [Buffer.alloc(5000), Buffer.from('rubbish'.repeat(900))]) {
      await writeFile(path, Buffer.concat([whole, tail]));
      const audit = await openAudit({ folder });
      expect(audit.size()).toBe(2);
      await get(audit, ids[1]!);
      await append(audit);
      await audit.close();
      await writeFile(path, whole);
      await removeIndex(folder);
      await removeTree(folder);
    }
  });

  test('a log that lacks entries which the tree has seen does not start', async () => {
    const { folder } = await filled(4);
    const path = firstSegment(folder);
    const whole = await readFile(path);
    await truncate(path, whole.length - 1);
    const error = await errorOf(openAudit({ folder }));
    expect(error.reason).toBe('STATE_CORRUPT');
    expect(error.message).toContain('the tree had 4 entries, but the log has only 3');
    // What is left of it is evidence.
    expect(await readFile(path)).toEqual(whole.subarray(0, -1));
  });

  test('a damaged record with another behind it stops the start, naming file and offset', async () => {
    const { folder } = await filled(3);
    const path = firstSegment(folder);
    const bytes = await readFile(path);
    const frameBytes = (bytes.length - 36) / 3;
    const offset = 36 + frameBytes;
    bytes[offset + 60] = bytes.readUInt8(offset + 60) ^ 1;
    await writeFile(path, bytes);
    for (const hasIndex of [true, false]) {
      if (!hasIndex) await removeIndex(folder);
      const error = await errorOf(openAudit({ folder }));
      expect(error.reason).toBe('STATE_CORRUPT');
      expect(error.message).toContain(`${path} is damaged at byte ${offset}`);
      expect(error.details.metadata).toEqual({ file: path, offset: String(offset) });
    }
    expect(await readFile(path)).toEqual(bytes);
  });

  test('a damaged, shortened or missing segment before the last stops the start', async () => {
    const { folder, ids } = await filled(12, 30_000);
    const path = firstSegment(folder);
    const whole = await readFile(path);
    await truncate(path, whole.length - 1);
    expect((await errorOf(openAudit({ folder }))).message).toContain(
      `${whole.length} bytes of it belong to the log`,
    );

    const damaged = Buffer.from(whole);
    damaged[5000] = damaged.readUInt8(5000) ^ 1;
    await writeFile(path, damaged);
    await removeIndex(folder);
    expect((await errorOf(openAudit({ folder }))).message).toContain(`${path} is damaged at byte 36`);

    await rm(path);
    expect((await errorOf(openAudit({ folder }))).message).toContain('the file is missing');

    await writeFile(path, whole);
    const audit = await openAudit({ folder });
    expect(audit.size()).toBe(12);
    for (const id of ids) await get(audit, id);
  });

  test('what a failed sync left behind a closed segment is cut', async () => {
    const { folder, ids } = await filled(12, 30_000);
    const path = firstSegment(folder);
    const whole = await readFile(path);
    await writeFile(path, Buffer.concat([whole, whole.subarray(36)]));
    const audit = await openAudit({ folder });
    expect(audit.size()).toBe(12);
    await get(audit, ids[0]!);
    expect((await stat(path)).size).toBe(whole.length);
  });

  test('a segment that was being made when the process died is made anew', async () => {
    const { folder } = await filled(2);
    for (const content of [Buffer.alloc(0), Buffer.from('SMAUD'), Buffer.alloc(36)]) {
      await writeFile(join(folder, 'log', '0000000002.log'), content);
      const audit = await openAudit({ folder });
      expect(audit.size()).toBe(2);
      await audit.close();
    }
  });
});

describe('the index', () => {
  test('is built again from the log when it is lost, and finds the same', async () => {
    const { folder, ids } = await filled(12, 30_000);
    await removeIndex(folder);
    const audit = await openAudit({ folder });
    for (const [index, id] of ids.entries())
      expect((await get(audit, id)).receipt?.logIndex).toBe(String(index));
  });

  test('is built again when it is damaged: rubbish, cut short, or with wiped pages', async () => {
    const { folder, ids } = await filled(300);
    const path = join(folder, 'index', 'data.mdb');
    const whole = await readFile(path);
    const damaged = [
      Buffer.alloc(20_000, 'x'),
      Buffer.alloc(10, 'x'),
      whole.subarray(0, 8192),
      whole.subarray(0, 5 * 4096),
      Buffer.concat([Buffer.alloc(8192), whole.subarray(8192)]),
      Buffer.concat([whole.subarray(0, 8192), Buffer.alloc(whole.length - 8192, 'x')]),
      Buffer.concat([whole.subarray(0, 8192), Buffer.alloc(whole.length - 8192)]),
    ];
    for (const bytes of damaged) {
      await writeFile(path, bytes);
      const audit = await openAudit({ folder });
      expect(audit.log.has('the audit index could not be opened and is built again')).toBe(true);
      await get(audit, ids[2]!);
      await append(audit);
      await audit.close();
    }
  });

  test('is completed when it is behind the log', async () => {
    const folder = await temporaryFolder();
    const first = await openAudit({ folder });
    const ids = await appendMany(first, 3);
    await first.close();
    const index = await readFile(join(folder, 'index', 'data.mdb'));
    const second = await openAudit({ folder });
    ids.push((await append(second, { idempotencyKey: 'a/1' })).request.recordId);
    await second.close();
    await writeFile(join(folder, 'index', 'data.mdb'), index);

    const third = await openAudit({ folder });
    expect(third.size()).toBe(4);
    for (const id of ids) await get(third, id);
    expect((await append(third, { idempotencyKey: 'a/1' })).response.receipt?.logIndex).toBe('3');
    expect(third.log.lines.filter((line) => line.level !== 'info')).toEqual([]);
  });

  test('is built again when it is ahead of the log, and what is gone is said', async () => {
    const folder = await temporaryFolder();
    const first = await openAudit({ folder });
    const ids = await appendMany(first, 3);
    await first.close();
    const shorter = await readFile(firstSegment(folder));
    const second = await openAudit({ folder });
    const lost = await appendMany(second, 2);
    await second.close();
    await writeFile(firstSegment(folder), shorter);
    await removeTree(folder);

    const third = await openAudit({ folder });
    expect(third.size()).toBe(3);
    for (const id of ids) await get(third, id);
    expect(await reasonOf(get(third, lost[0]!))).toBe('RECORD_NOT_FOUND');
    const line = third.log.lines.find((each) => each.level === 'error');
    expect(line?.fields).toMatchObject({ lost: 2, records: 3 });
  });

  test('of another log is not believed', async () => {
    const one = await filled(3);
    const other = await filled(3);
    await writeFile(
      join(one.folder, 'index', 'data.mdb'),
      await readFile(join(other.folder, 'index', 'data.mdb')),
    );
    const audit = await openAudit({ folder: one.folder });
    for (const id of one.ids) await get(audit, id);
    for (const id of other.ids) expect(await reasonOf(get(audit, id))).toBe('RECORD_NOT_FOUND');
  });
});

describe('a power failure', () => {
  /** As a writer leaves it that went with its operating system. */
  const leaveLock = async (folder: string): Promise<void> =>
    await writeFile(join(folder, 'lock.7'), JSON.stringify({ pid: 1, startedAt: '1', bootId: 'before' }));

  test('loses nothing that was answered, in whatever order the last pages reached the disk', async () => {
    const appends = fc.array(fc.record({ size: fc.integer({ min: 1, max: 5000 }), isPaused: fc.boolean() }), {
      minLength: 1,
      maxLength: 60,
    });
    let answeredInAll = 0;
    let tornInAll = 0;
    const property = fc.asyncProperty(
      appends,
      fc.integer({ min: 0, max: 8 }),
      fc.infiniteStream(fc.boolean()),
      async (sizes, syncs, isKept) => {
        const folder = await temporaryFolder();
        const disk = new MemoryDisk();
        const settings = { segmentBytes: 128 * 1024, closeTimeoutMs: 1 };
        const audit = await openAudit({ folder, ...settings }, disk);
        const answered: string[] = [];
        let syncsLeft = syncs;
        const powerFailed = new Promise<void>((resolve) => {
          disk.before = (operation) => {
            if (operation !== 'datasync' || --syncsLeft >= 0) return undefined;
            resolve();
            return new Promise<never>(() => {});
          };
        });
        const work: Promise<unknown>[] = [];
        for (const { size, isPaused } of sizes) {
          work.push(append(audit, { size }).then(({ request }) => answered.push(request.recordId)));
          if (isPaused) await new Promise((resolve) => setImmediate(resolve));
        }
        await Promise.race([Promise.all(work), powerFailed]);
        const after = disk.afterPowerFailure(() => isKept.next().value);

        const copy = await temporaryFolder();
        await leaveLock(copy);
        await cp(join(folder, 'keys'), join(copy, 'keys'), {
          recursive: true,
          filter: (path) => !path.includes('lock'),
        });
        await cp(join(folder, 'vkey'), join(copy, 'vkey'));
        const restarted = await openAudit({ folder: copy, ...settings }, after.movedTo(copy, folder));
        for (const id of answered) expect((await get(restarted, id)).record?.recordId).toBe(id);
        await append(restarted);
        answeredInAll += answered.length;
        tornInAll += restarted.metrics.counts.get('scoremesh_audit_torn_bytes_total{}') ?? 0;
        await restarted.close();
        await audit.close();
      },
    );
    await fc.assert(property, { numRuns: 40 });
    expect(answeredInAll).toBeGreaterThan(0);
    expect(tornInAll).toBeGreaterThan(0);
  });

  test('is no excuse for damage in a commit that another followed', async () => {
    const { folder } = await filled(3);
    const bytes = await readFile(firstSegment(folder));
    bytes[36 + 60] = bytes.readUInt8(36 + 60) ^ 1;
    await writeFile(firstSegment(folder), bytes);
    await removeIndex(folder);
    await leaveLock(folder);
    expect(await reasonOf(openAudit({ folder }))).toBe('STATE_CORRUPT');
  });

  test('is no excuse for damage in a record that the index knew to be durable', async () => {
    const folder = await temporaryFolder();
    const audit = await openAudit({ folder });
    await Promise.all([append(audit), append(audit), append(audit)]);
    await audit.close();
    const bytes = await readFile(firstSegment(folder));
    bytes[36 + 60] = bytes.readUInt8(36 + 60) ^ 1;
    await writeFile(firstSegment(folder), bytes);
    await leaveLock(folder);
    expect(await reasonOf(openAudit({ folder }))).toBe('STATE_CORRUPT');
  });
});
