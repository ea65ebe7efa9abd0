import { cp, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditConfig } from '../../../services/audit/config.ts';
import { backUpAudit } from '../../../services/audit/operation/back-up/back-up.ts';
import { backUpKeys } from '../../../services/audit/operation/back-up/key-back-up.ts';
import type { AuditBackUp } from '../../../services/audit/operation/back-up/manifest.ts';
import { type Restored, restoreAudit } from '../../../services/audit/operation/back-up/restore.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { errorOf, get, openAudit, reasonOf, temporaryFolder, testCall } from '../fixture.ts';
import { check } from './checking.ts';
import { appendRecord, dayMs, erase, filledLog, segmentBytes } from './filled-log.ts';
import { indexLines, rebuiltIndexLines } from './index-contents.ts';

async function backUp(folder: string, target: string): Promise<AuditBackUp> {
  return await backUpAudit({ folder, target, softwareVersion: '1.2.3', progress: () => {} });
}

async function restore(
  from: string,
  folder: string,
  settings: {
    readonly checkpoint?: string;
    readonly vkey?: string;
    readonly allowsLoss?: boolean;
    readonly keys?: string;
  } = {},
): Promise<Restored> {
  return await restoreAudit({
    config: auditConfig({ folder, keysFolder: settings.keys ?? `${folder}-keys` }),
    backUp: from,
    checkpoint: settings.checkpoint,
    vkey: settings.vkey,
    allowsLoss: settings.allowsLoss ?? false,
    log: silentLog,
    progress: () => {},
    signal: new AbortController().signal,
  });
}

/** A running log with its keys apart, in a folder for everything of a test. */
async function running(count = 600) {
  const base = await temporaryFolder();
  const folder = join(base, 'audit');
  const keys = join(base, 'keys');
  await mkdir(folder);
  const { audit, ids } = await filledLog(folder, count, 0.4);
  await rm(keys, { recursive: true, force: true });
  return { base, folder, keys: join(folder, 'keys'), audit, ids };
}

async function checkpointOf(audit: Awaited<ReturnType<typeof openAudit>>): Promise<string> {
  return (await audit.handlers.ReadLog({ path: 'checkpoint' }, testCall())).content.toString();
}

describe('a back-up', () => {
  test('of a log that is written to holds every entry up to a moment, and restores to a log that goes on', async () => {
    const { audit, base, folder, ids, keys } = await running();
    let goesOn = true;
    const writing = (async () => {
      while (goesOn) await appendRecord(audit, { subject: 'person=1', personalBytes: 2000 });
    })();
    const manifest = await backUp(folder, join(base, 'out'));
    goesOn = false;
    await writing;
    expect(manifest.treeSize).toBeGreaterThan(0);
    expect(manifest.missingPayloads).toBe(0);
    expect(manifest.payloads).toBeGreaterThan(5);
    const checkpoint = await checkpointOf(audit);
    await audit.close();
    expect((await readdir(join(base, 'out'))).sort()).toEqual([
      'log',
      'manifest.json',
      'payloads',
      'tree',
      'vkey',
    ]);

    // Elsewhere, with the keys.
    const target = join(base, 'restored');
    await cp(keys, join(base, 'restored-keys'), { recursive: true });
    const lost = await errorOf(restore(join(base, 'out'), target, { checkpoint }));
    expect(lost.reason).toBe('CONFIG_INVALID');
    expect(lost.message).toContain('--allow-loss');
    const restored = await restore(join(base, 'out'), target, { checkpoint, allowsLoss: true });
    expect(restored).toMatchObject({ replaced: undefined, hadKeys: true, destroyedKeys: 0, findings: [] });
    const again = await openAudit({ folder: target, keysFolder: join(base, 'restored-keys'), segmentBytes });
    expect(again.size()).toBe(manifest.treeSize);
    expect(again.log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
    for (const [index, id] of ids.slice(0, manifest.treeSize).entries()) {
      const found = await get(again, id);
      expect(found.receipt?.logIndex).toBe(String(index));
      expect(found.contentState).not.toBe('CONTENT_STATE_LOST');
    }
    await appendRecord(again, { subject: 'person=1', personalBytes: 20 });
    await again.close();
  });

  test('restores a pruned log, index and all', async () => {
    const { audit, base, folder, keys } = await running(900);
    await audit.prune(Date.now() - 183 * dayMs, 'test');
    await audit.close();
    const lines = await indexLines(folder);
    await backUp(folder, join(base, 'out'));
    const target = join(base, 'restored');
    await restore(join(base, 'out'), target, { keys });
    expect(await indexLines(target)).toEqual(lines);
  });

  test('restored with older keys does the erasures again', async () => {
    const { audit, base, folder, keys } = await running();
    await backUpKeys(keys, join(base, 'old-keys'));
    await erase(audit, 'passenger=3');
    await audit.close();
    await backUp(folder, join(base, 'out'));
    await cp(join(base, 'old-keys', 'subjects'), join(keys, 'subjects'));
    const restored = await restore(join(base, 'out'), join(base, 'restored'), { keys });
    expect(restored).toMatchObject({ destroyedKeys: 1, findings: [] });
    const again = await openAudit({ folder: join(base, 'restored'), keysFolder: keys });
    expect(await reasonOf(erase(again, 'passenger=3'))).toBe('SUBJECT_NOT_FOUND');
  });

  test('without keys restores all the same, and the next start with them builds the index', async () => {
    const { audit, base, folder, keys, ids } = await running();
    await audit.close();
    await backUp(folder, join(base, 'out'));
    const target = join(base, 'restored');
    expect(await restore(join(base, 'out'), target)).toMatchObject({ hadKeys: false });
    const again = await openAudit({ folder: target, keysFolder: keys });
    expect((await get(again, ids[1]!)).contentState).toBe('CONTENT_STATE_PRESENT');
    await again.close();
    await cp(keys, join(target, 'keys'), { recursive: true });
    expect(await rebuiltIndexLines(target)).toEqual(await indexLines(target));
  });

  test('replaces a log that is the beginning of it, even a damaged one, and no other', async () => {
    const { audit, base, folder, keys } = await running(500);
    await audit.close();
    await cp(folder, join(base, 'beginning'), { recursive: true });
    const longer = await openAudit({ folder, segmentBytes });
    for (let n = 0; n < 50; n++) await appendRecord(longer, { personalBytes: 500 });
    const checkpoint = await checkpointOf(longer);
    await longer.close();
    const { treeSize } = await backUp(folder, join(base, 'out'));
    expect(treeSize).toBe(550);

    const damaged = join(base, 'damaged');
    await cp(join(base, 'beginning'), damaged, { recursive: true });
    const segment = join(damaged, 'log', '0000000002.log');
    const bytes = await readFile(segment);
    bytes[9000] = bytes.readUInt8(9000) ^ 1;
    await writeFile(segment, bytes);
    for (const target of [join(base, 'beginning'), damaged]) {
      expect(await restore(join(base, 'out'), target, { keys, checkpoint })).toMatchObject({ replaced: 500 });
      await cp(keys, join(target, 'keys'), { recursive: true });
      expect((await check(target)).findings).toEqual([]);
    }
    // It is there already.
    expect(await restore(join(base, 'out'), damaged, { keys, checkpoint })).toMatchObject({ replaced: 550 });

    const more = await openAudit({ folder, segmentBytes });
    await appendRecord(more);
    expect(await reasonOf(restore(join(base, 'out'), folder, { keys }))).toBe('STATE_LOCKED');
    await more.close();
    const refused = await errorOf(restore(join(base, 'out'), folder, { keys }));
    expect(refused.message).toContain('has 551 entries, more than the 550 of the back-up');

    const fork = await openAudit({ folder: join(base, 'fork'), keysFolder: keys, segmentBytes });
    for (let n = 0; n < 20; n++) await appendRecord(fork);
    await fork.close();
    const other = await errorOf(restore(join(base, 'out'), join(base, 'fork'), { keys }));
    expect(other.reason).toBe('CONFIG_INVALID');
    expect(other.message).toContain('is not the beginning of that in the back-up');
    expect((await openAudit({ folder: join(base, 'fork'), keysFolder: keys })).size()).toBe(20);
  });

  test('that is damaged in any file, or is not what a checkpoint says, is refused and nothing is touched', async () => {
    const { audit, base, folder, keys } = await running(500);
    const checkpoint = await checkpointOf(audit);
    await audit.close();
    await backUp(folder, join(base, 'out'));
    const files = (await readdir(join(base, 'out'), { recursive: true, withFileTypes: true })).filter(
      (each) => each.isFile(),
    );
    let tried = 0;
    for (const entry of files) {
      const path = join(entry.parentPath, entry.name);
      if (entry.name === 'manifest.json') continue;
      const whole = await readFile(path);
      const at = Math.floor(whole.length / 2);
      const bytes = Buffer.from(whole);
      bytes[at] = bytes.readUInt8(at) ^ 1;
      await writeFile(path, bytes);
      const restored = await restore(join(base, 'out'), join(base, 'x'), { keys }).catch(
        (error: { reason: string }) => error,
      );
      if (path.includes('payloads'))
        expect((restored as Restored).findings.map(({ name }) => name)).toContain('payload_damaged');
      else expect(restored).toMatchObject({ reason: 'STATE_CORRUPT' });
      await rm(join(base, 'x'), { recursive: true, force: true });
      await writeFile(path, whole);
      tried++;
    }
    expect(tried).toBeGreaterThan(8);
    const last = join(base, 'out', 'log', '0000000002.log');
    const whole = await readFile(last);
    await truncate(last, whole.length - 1);
    expect((await errorOf(restore(join(base, 'out'), join(base, 'x'), { keys }))).message).toContain(
      'bytes and not',
    );
    await writeFile(last, whole);
    await rename(join(base, 'out', 'manifest.json'), join(base, 'manifest'));
    expect((await errorOf(restore(join(base, 'out'), join(base, 'x'), { keys }))).message).toContain(
      'no manifest.json',
    );
    await rename(join(base, 'manifest'), join(base, 'out', 'manifest.json'));

    const other = await openAudit({ folder: join(base, 'other'), keysFolder: join(base, 'other-keys') });
    for (let n = 0; n < 5; n++) await appendRecord(other);
    const foreign = await errorOf(
      restore(join(base, 'out'), join(base, 'x'), { keys, checkpoint: await checkpointOf(other) }),
    );
    expect(foreign.reason).toBe('PROOF_INVALID');
    // The same key, but another log.
    const fork = await openAudit({ folder: join(base, 'fork'), keysFolder: keys });
    for (let n = 0; n < 5; n++) await appendRecord(fork);
    const forkedCheckpoint = await checkpointOf(fork);
    await fork.close();
    const forked = await errorOf(
      restore(join(base, 'out'), join(base, 'x'), { keys, checkpoint: forkedCheckpoint }),
    );
    expect(forked.message).toContain('is not of the log that signed the checkpoint: at 5 entries');
    const forged = checkpoint.replace(/\n500\n/, '\n499\n');
    expect(await reasonOf(restore(join(base, 'out'), join(base, 'x'), { keys, checkpoint: forged }))).toBe(
      'PROOF_INVALID',
    );
    await restore(join(base, 'out'), join(base, 'x'), { keys, checkpoint });
  });

  test('of a damaged log is not made, and a target that is not empty is refused', async () => {
    const { audit, base, folder } = await running(500);
    await audit.close();
    await mkdir(join(base, 'full'));
    await writeFile(join(base, 'full', 'x'), '');
    expect((await errorOf(backUp(folder, join(base, 'full')))).message).toContain('it is not empty');
    const path = join(folder, 'log', '0000000001.log');
    const bytes = await readFile(path);
    bytes[5000] = bytes.readUInt8(5000) ^ 1;
    await writeFile(path, bytes);
    const error = await errorOf(backUp(folder, join(base, 'out')));
    expect(error.reason).toBe('STATE_CORRUPT');
    expect(error.message).toContain(`${path}, byte`);
  });

  test('of keys is for its owner alone, and holds no key that is not encrypted', async () => {
    const { base, keys } = await running(10);
    await backUpKeys(keys, join(base, 'keys-out'));
    expect((await readdir(join(base, 'keys-out'))).sort()).toEqual(['README', 'store.key', 'subjects']);
    expect((await errorOf(backUpKeys(join(base, 'nothing'), join(base, 'y')))).message).toContain(
      'holds no keys',
    );
  });

  test('with a manifest that is anything else is refused by name', async () => {
    const folder = await temporaryFolder();
    const property = fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (text) => {
      await writeFile(join(folder, 'manifest.json'), text);
      expect(await reasonOf(restore(folder, join(folder, 'x')))).toBe('STATE_CORRUPT');
    });
    await fc.assert(property, { numRuns: 100 });
  });
});
