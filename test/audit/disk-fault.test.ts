import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  append,
  appendMany,
  appendRequest,
  errorOf,
  get,
  openAudit,
  reasonOf,
  temporaryFolder,
  testCall,
} from './fixture.ts';
import { failNext, holdNext, MemoryDisk, systemError } from './memory-disk.ts';

const segment = (folder: string, number: number): string => join(folder, 'log', `000000000${number}.log`);
const shell = (command: string): Buffer => execFileSync('sh', ['-c', command], { stdio: 'pipe' });
const resumedLine = 'the audit log takes records again';

/** A file system of 24 MB; skips the test where none can be mounted. */
async function smallDisk(skip: (why: string) => void): Promise<string> {
  const mounted = join(await temporaryFolder(), 'small');
  await mkdir(mounted);
  try {
    shell(`mount -t tmpfs -o size=24m tmpfs ${mounted}`);
  } catch (error) {
    const why = `a small disk can not be mounted here (${(error as Error).message.trim()})`;
    console.log(`skipped: ${why}`);
    skip(why);
  }
  onTestFinished(() => {
    shell(`umount -l ${mounted}`);
  });
  return mounted;
}

function fill(mounted: string): void {
  shell(`cat /dev/zero > ${join(mounted, 'rest')} || true`);
}

describe('a full disk', () => {
  test('fails the commit that met it and what waits behind, leaves no part of it, and says so at once from then on', async () => {
    const folder = await temporaryFolder();
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder, probeIntervalMs: 60_000 }, disk);
    const { request } = await append(audit);
    const durable = disk.content(segment(folder, 1)).length;
    disk.capacityBytes = disk.usedBytes + 150;

    const truncate = holdNext(disk, 'truncate');
    const running = [append(audit), append(audit), append(audit)].map(reasonOf);
    await truncate.reached;
    expect(await reasonOf(append(audit))).toBe('AUDIT_DISK_FULL');
    truncate.letGo();
    expect(await Promise.all(running)).toEqual(Array(3).fill('AUDIT_DISK_FULL'));

    expect(disk.content(segment(folder, 1)).length).toBe(durable);
    const error = await errorOf(append(audit));
    expect(error.reason).toBe('AUDIT_DISK_FULL');
    expect(error.details.retryAfterMs).toBe(60_000);
    expect(error.message).toContain('ENOSPC');
    expect(audit.writable()).toBe(error);
    expect(audit.metrics.gaugeValue('scoremesh_audit_log_state', 'disk_full')).toBe(1);
    expect(audit.size()).toBe(1);
    await get(audit, request.recordId);
    expect(await reasonOf(audit.handlers.Append(appendRequest(), testCall()))).toBe('AUDIT_DISK_FULL');
    expect((await audit.handlers.Append(request, testCall())).receipt?.logIndex).toBe('0');
  });

  test('is taken back into use by itself when there is room again', async () => {
    for (const code of ['ENOSPC', 'EDQUOT']) {
      const folder = await temporaryFolder();
      const disk = new MemoryDisk();
      const audit = await openAudit({ folder, probeIntervalMs: 1, probeBytes: 1000 }, disk);
      await append(audit);
      disk.before = (operation) => {
        if (operation === 'write') throw systemError(code);
      };
      expect(await reasonOf(append(audit))).toBe('AUDIT_DISK_FULL');
      await audit.log.next('the audit log can not be written yet');
      expect(audit.writable()?.reason).toBe('AUDIT_DISK_FULL');
      disk.before = () => {};
      await audit.log.next(resumedLine);
      expect(audit.writable()).toBeUndefined();
      expect((await append(audit)).response.receipt?.logIndex).toBe('1');
      await audit.close();
      expect((await openAudit({ folder }, disk.afterPowerFailure())).size()).toBe(2);
    }
  });

  test('met while a segment is begun leaves no half segment', async () => {
    const folder = await temporaryFolder();
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder, probeIntervalMs: 1, segmentBytes: 128 * 1024 }, disk);
    await appendMany(audit, 2, 50_000);
    disk.before = (operation, path) => {
      if (operation === 'write' && path === segment(folder, 2)) throw systemError('ENOSPC');
    };
    const resumed = audit.log.next(resumedLine);
    expect(await reasonOf(append(audit, { size: 50_000 }))).toBe('AUDIT_DISK_FULL');
    expect(disk.files.has(segment(folder, 2))).toBe(false);
    disk.before = () => {};
    await resumed;
    await appendMany(audit, 2, 50_000);
    expect(audit.size()).toBe(4);
  });

  test('at the start is named, and the folder can be opened when there is room', async () => {
    const folder = await temporaryFolder();
    const disk = new MemoryDisk();
    disk.capacityBytes = 10;
    expect(await reasonOf(openAudit({ folder }, disk))).toBe('AUDIT_DISK_FULL');
    disk.capacityBytes = 100_000;
    await append(await openAudit({ folder }, disk));
  });

  test('of the system: what was answered stays, and the role goes on when there is room', async ({
    skip,
  }) => {
    const mounted = await smallDisk(skip);
    const settings = {
      folder: join(mounted, 'audit'),
      probeIntervalMs: 10,
      probeBytes: 1024 * 1024,
      indexBatchRecords: 16,
    };
    const audit = await openAudit(settings);
    await writeFile(join(mounted, 'ballast'), Buffer.alloc(8 * 1024 * 1024));
    const answered: string[] = [];
    const refused = new Set<string>();
    while (audit.writable()?.reason !== 'AUDIT_DISK_FULL') {
      const requests = Array.from({ length: 32 }, () => appendRequest({ size: 2000 }));
      for (const [n, each] of (
        await Promise.allSettled(requests.map((request) => audit.handlers.Append(request, testCall())))
      ).entries()) {
        if (each.status === 'fulfilled') answered.push(requests[n]!.recordId);
        else refused.add(each.reason.reason);
      }
    }
    expect([...refused]).toEqual(['AUDIT_DISK_FULL']);
    expect(answered.length).toBeGreaterThan(100);
    for (const id of answered) await get(audit, id);
    // The log leaves room behind when its commit does not fit; the index must not mind having none at all.
    fill(mounted);
    await audit.log.next('the audit log can not be written yet');

    const resumed = audit.log.next(resumedLine);
    await rm(join(mounted, 'ballast'));
    await rm(join(mounted, 'rest'));
    await resumed;
    answered.push(...(await appendMany(audit, 50, 2000)));
    expect(audit.metrics.counts.get('scoremesh_audit_appends_total{appended}')).toBe(answered.length);
    await audit.close();
    const again = await openAudit(settings);
    expect(again.size()).toBe(answered.length);
    for (const id of answered) await get(again, id);
  });

  test('of the system: a role that stops on it can be started when there is room, with all it answered', async ({
    skip,
  }) => {
    const mounted = await smallDisk(skip);
    const folder = join(mounted, 'audit');
    const first = await openAudit({ folder });
    const answered = await appendMany(first, 20);
    fill(mounted);
    await first.close();
    expect(await reasonOf(openAudit({ folder }))).toBe('AUDIT_DISK_FULL');
    await rm(join(mounted, 'rest'));
    const again = await openAudit({ folder });
    for (const id of answered) await get(again, id);
    await append(again);
  });
});

describe('a failing disk', () => {
  test.each(['datasync', 'write'] as const)(
    'that fails a %s: the outcome is unknown, and the log goes on in a new segment that has none of it',
    async (operation) => {
      const folder = await temporaryFolder();
      const disk = new MemoryDisk();
      const audit = await openAudit({ folder, probeIntervalMs: 1 }, disk);
      const { request } = await append(audit);
      const durable = disk.content(segment(folder, 1)).length;
      const held = holdNext(disk, operation);
      const running = append(audit);
      await held.reached;
      const gathered = append(audit);
      const resumed = audit.log.next(resumedLine);
      held.fail('EIO');
      const unknown = await errorOf(running);
      expect(unknown.reason).toBe('AUDIT_LOG_FAILED');
      expect(unknown.message).toContain('unknown');
      expect((await errorOf(gathered)).reason).toBe('AUDIT_LOG_FAILED');
      expect(audit.writable()?.reason).toBe('AUDIT_LOG_FAILED');
      expect(audit.metrics.gaugeValue('scoremesh_audit_log_state', 'failed')).toBe(1);
      await resumed;

      expect(disk.content(segment(folder, 1)).length).toBe(durable);
      const later = await append(audit);
      expect(later.response.receipt?.logIndex).toBe('1');
      await get(audit, request.recordId);
      await audit.close();
      const again = await openAudit({ folder }, disk.afterPowerFailure());
      expect(again.size()).toBe(2);
      await get(again, later.request.recordId);
    },
  );

  test('that fills up at a sync is a failure, not a full disk: what was written may be gone', async () => {
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder: await temporaryFolder(), probeIntervalMs: 1 }, disk);
    failNext(disk, 'datasync', 'ENOSPC');
    const resumed = audit.log.next(resumedLine);
    expect(await reasonOf(append(audit))).toBe('AUDIT_LOG_FAILED');
    await resumed;
    await append(audit);
  });

  test('that can not take back what a full disk left is a failure', async () => {
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder: await temporaryFolder(), probeIntervalMs: 60_000 }, disk);
    disk.before = (operation) => {
      if (operation === 'write') throw systemError('ENOSPC');
      if (operation === 'truncate') throw systemError('EIO');
    };
    expect(await reasonOf(append(audit))).toBe('AUDIT_LOG_FAILED');
    expect(audit.metrics.gaugeValue('scoremesh_audit_log_state', 'failed')).toBe(1);
  });

  test('is tried again until it works', async () => {
    const folder = await temporaryFolder();
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder, probeIntervalMs: 1 }, disk);
    await append(audit);
    for (const operation of ['truncate', 'sync', 'syncFolder', 'create'] as const) {
      failNext(disk, 'datasync', 'EIO');
      expect(await reasonOf(append(audit))).toBe('AUDIT_LOG_FAILED');
      failNext(disk, operation, 'EIO');
      await audit.log.next('the audit log can not be written yet');
      await audit.log.next(resumedLine);
      await append(audit);
    }
    expect(audit.size()).toBe(5);
    await audit.close();
    expect((await openAudit({ folder }, disk.afterPowerFailure())).size()).toBe(5);
  });

  test('that lost durable records while it was failing stays failed, and says which', async () => {
    const folder = await temporaryFolder();
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder, probeIntervalMs: 1 }, disk);
    await appendMany(audit, 3);
    const bytes = disk.content(segment(folder, 1));
    bytes[100] = bytes.readUInt8(100) ^ 1;
    failNext(disk, 'datasync', 'EIO');
    const stopped = audit.log.next('the audit log can not be opened anew');
    expect(await reasonOf(append(audit))).toBe('AUDIT_LOG_FAILED');
    await stopped;
    expect(audit.writable()?.reason).toBe('STATE_CORRUPT');
    expect(await reasonOf(append(audit))).toBe('STATE_CORRUPT');
  });

  test('that does not answer bounds the stop, and keeps the folder for this process', async () => {
    const folder = await temporaryFolder();
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder, closeTimeoutMs: 1 }, disk);
    const sync = holdNext(disk, 'datasync');
    const work = append(audit);
    await sync.reached;
    await audit.close();
    expect(audit.log.has('the disk of the audit log did not answer in time')).toBe(true);
    expect(await reasonOf(openAudit({ folder }, disk))).toBe('STATE_LOCKED');
    sync.letGo();
    await work;
  });

  test('that reads other bytes than were written is named', async () => {
    const folder = await temporaryFolder();
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder }, disk);
    const { request } = await append(audit);
    disk.content(segment(folder, 1))[80]! ^= 1;
    const error = await errorOf(get(audit, request.recordId));
    expect(error.reason).toBe('STATE_CORRUPT');
    expect(error.message).toContain('0000000001.log is damaged at byte 36');
  });
});
