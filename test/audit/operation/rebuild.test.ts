import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditConfig } from '../../../services/audit/config.ts';
import { openIndexStore } from '../../../services/audit/index/store.ts';
import { type Rebuilt, rebuildAudit } from '../../../services/audit/operation/rebuild.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { errorOf, openAudit, reasonOf, temporaryFolder } from '../fixture.ts';
import { check, names } from './checking.ts';
import { appendRecord, dayMs, erase, filledLog, segmentBytes } from './filled-log.ts';
import { indexLines } from './index-contents.ts';

async function rebuild(folder: string): Promise<Rebuilt> {
  return await rebuildAudit({
    config: auditConfig({ folder, keysFolder: `${folder}/keys` }),
    log: silentLog,
    progress: () => {},
  });
}

/** Every row as it is. */
async function rawIndex(folder: string): Promise<string[]> {
  const { store } = await openIndexStore(join(folder, 'index'));
  const lines = [...store.contents()].map(
    ({ table, key, value }) => `${table} ${key.toString('hex')} ${value.toString('hex')}`,
  );
  await store.close();
  return lines;
}

async function treeFiles(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(join(folder, 'tree'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      files[path.slice(folder.length)] = (await readFile(path)).toString('base64');
    }
  return files;
}

type Step =
  | {
      readonly kind: 'append';
      readonly subject: number;
      readonly size: number;
      readonly keyed: boolean;
      readonly outcome: boolean;
    }
  | { readonly kind: 'erase'; readonly subject: number }
  | { readonly kind: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      subject: fc.integer({ min: 0, max: 6 }),
      size: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3000 }), fc.constant(45_000)),
      keyed: fc.boolean(),
      outcome: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('erase' as const), subject: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

describe('a rebuild', () => {
  test('from the log alone gives the very rows and tiles that grew with it', async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const folder = await temporaryFolder();
      const settings = { folder, segmentBytes, indexDelayMs: 1, indexBatchRecords: 7 };
      let audit = await openAudit(settings);
      const ids: string[] = [];
      for (const [n, each] of steps.entries()) {
        if (each.kind === 'restart') {
          await audit.close();
          audit = await openAudit(settings);
        } else if (each.kind === 'erase')
          await reasonOf(erase(audit, `person=${each.subject}`)).catch(() => '');
        else
          ids.push(
            await appendRecord(audit, {
              ...(each.subject === 0 || each.size === 0 ? {} : { subject: `person=${each.subject}` }),
              ...(each.size === 0 ? {} : { personalBytes: each.size }),
              ...(each.keyed ? { idempotencyKey: `key/${n}` } : {}),
              ...(each.outcome && ids.length > 0 ? { outcomeOf: ids[n % ids.length] as string } : {}),
              batchId: n % 5 === 0 ? `batch-${n % 3}` : '',
              principal: `caller-${n % 4}`,
            }),
          );
      }
      await audit.close();
      const before = { index: await rawIndex(folder), tree: await treeFiles(folder) };
      const { records } = await rebuild(folder);
      expect(records).toBe(audit.size());
      expect({ index: await rawIndex(folder), tree: await treeFiles(folder) }).toEqual(before);
      expect((await check(folder)).findings).toEqual([]);
      await rm(join(folder, 'tree'), { recursive: true });
      await rm(join(folder, 'index'), { recursive: true });
      await rebuild(folder);
      expect({ index: await rawIndex(folder), tree: await treeFiles(folder) }).toEqual(before);
    });
    await fc.assert(property, { numRuns: 12 });
  });

  test('repairs what a check finds of tiles and index, also in a pruned log', async () => {
    for (const isPruned of [false, true]) {
      const { audit, folder } = await filledLog(await temporaryFolder(), 900, 0.4);
      if (isPruned) await audit.prune(Date.now() - 183 * dayMs, 'test');
      await erase(audit, 'passenger=6');
      await audit.close();
      const lines = await indexLines(folder);
      const tree = await treeFiles(folder);
      await rm(join(folder, 'tree', 'tile', '0', '002'));
      await writeFile(join(folder, 'tree', 'tile', '0', '009'), Buffer.alloc(8192));
      await writeFile(join(folder, 'index', 'data.mdb'), Buffer.alloc(20_000));
      expect(names(await check(folder))).toEqual(['index_damaged', 'tile_missing', 'tile_unexpected']);
      await rebuild(folder);
      expect((await check(folder)).findings).toEqual([]);
      expect(await treeFiles(folder)).toEqual(tree);
      expect(await indexLines(folder)).toEqual(lines);
    }
  });

  test('refuses a log that is not the one the tree was of, and touches nothing', async () => {
    const { audit, folder } = await filledLog(await temporaryFolder(), 600, 0.4);
    await audit.close();
    const shorter = join(folder, 'other');
    await cp(join(folder, 'log'), shorter, { recursive: true });
    const other = await filledLog(await temporaryFolder(), 600, 0.4);
    await other.audit.close();
    await rm(join(folder, 'log'), { recursive: true });
    await cp(join(other.folder, 'log'), join(folder, 'log'), { recursive: true });
    const tree = await treeFiles(folder);
    const error = await errorOf(rebuild(folder));
    expect(error.reason).toBe('STATE_CORRUPT');
    expect(error.message).toContain('does not lead to the root');
    expect(await treeFiles(folder)).toEqual(tree);
  });

  test('of a log that is in use, or is not there, says so', async () => {
    const folder = await temporaryFolder();
    expect((await errorOf(rebuild(folder))).message).toContain('holds no audit log to rebuild');
    const audit = await openAudit({ folder });
    expect((await errorOf(rebuild(folder))).reason).toBe('STATE_LOCKED');
    await audit.close();
  });

  test('forgets the subject of an erasure that the index did not have yet', async () => {
    const folder = await temporaryFolder();
    const audit = await openAudit({ folder });
    await appendRecord(audit, { subject: 'person=1', personalBytes: 100 });
    await appendRecord(audit, { subject: 'person=2', personalBytes: 100 });
    await audit.close();
    const behind = await readFile(join(folder, 'index', 'data.mdb'));
    const again = await openAudit({ folder });
    await erase(again, 'person=1');
    await again.close();
    const whole = await rawIndex(folder);
    await writeFile(join(folder, 'index', 'data.mdb'), behind);
    await (await openAudit({ folder })).close();
    expect(await rawIndex(folder)).toEqual(whole);
  });
});
