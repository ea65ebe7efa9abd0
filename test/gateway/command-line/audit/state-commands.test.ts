import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { auditOperations } from '../../../../services/audit-operations.ts';
import { silentLog } from '../../../../services/kit/log/log.ts';
import { openAudit, temporaryFolder, testCall } from '../../../audit/fixture.ts';
import { dayMs, erase, filledLog } from '../../../audit/operation/filled-log.ts';
import { type CommandRun, runIn } from '../in-process.ts';

/** Runs `scoremesh audit ...` on state folders, as the program does. */
async function audit(...args: string[]): Promise<CommandRun> {
  const auditFolder = (folder = '') =>
    auditOperations(
      () => ({
        folder: join(folder, 'audit'),
        keysFolder: join(folder, 'audit', 'keys'),
        segmentBytes: 128 * 1024,
        retentionMinimumMs: 183 * dayMs,
      }),
      silentLog,
      '1.2.3',
    );
  return await runIn({ host: { auditFolder } }, 'audit', ...args);
}

async function stateFolder(): Promise<string> {
  const data = await temporaryFolder();
  const { audit: running } = await filledLog(join(data, 'audit'), 700, 0.5);
  await running.close();
  return data;
}

test('check prints a verdict and ends with 0, or names each fault with its place and remedy and ends with 1', async () => {
  const data = await stateFolder();
  const intact = await audit('check', '--data', data);
  expect(intact.err).toBe('');
  expect(intact.code).toBe(0);
  expect(intact.out).toContain('tree of 700 entries, root ');
  expect(intact.out.trim().split('\n').at(-1)).toBe('INTACT: 0 faults, in a log of 700 entries');
  const json = await audit('check', '--data', data, '--tree-only', '--json');
  expect(JSON.parse(json.out)).toMatchObject({
    treeSize: 700,
    faults: 0,
    findings: [],
    counts: {},
    contents: 0,
  });

  const path = join(data, 'audit', 'log', '0000000001.log');
  const bytes = await readFile(path);
  bytes[700] = bytes.readUInt8(700) ^ 1;
  await writeFile(path, bytes);
  const faulty = await audit('check', '--data', data);
  expect(faulty.code).toBe(1);
  expect(faulty.out).toMatch(
    /fault entry_damaged\n {2}where: .*0000000001\.log, byte \d+\n {2}what: {2}entry 0 can not be read.*\n {2}do: {4}.*scoremesh audit restore/,
  );
  expect(faulty.err).toBe('scoremesh: STATE_CORRUPT: FAULTY: 1 fault, in a log of 700 entries\n');
  expect((await audit('check', '--data', join(data, 'nothing'))).code).toBe(2);
});

test('rebuild says what it built', async () => {
  const data = await stateFolder();
  const { code, out } = await audit('rebuild', '--data', data);
  expect(code).toBe(0);
  expect(out).toMatch(/^rebuilt: 700 entries in the index, a tree of 700, root \S{44}\n$/);
});

test('prune needs a time that is old enough, and says what it removed and what it kept', async () => {
  const data = await stateFolder();
  const young = await audit('prune', '--data', data, '--before', new Date().toISOString());
  expect(young.code).toBe(2);
  expect(young.err).toContain('SCOREMESH_AUDIT_RETENTION_MINIMUM');
  const before = String(Date.now() - 184 * dayMs);
  const pruned = await audit('prune', '--data', data, '--before', before);
  expect(pruned.code).toBe(0);
  expect(pruned.out).toMatch(
    /^pruned \d+ entries in \d segments, [\d.]+ MiB; minimum index \d+; the next segment has an entry of 20/,
  );
  expect((await audit('prune', '--data', data, '--before', before)).out).toContain('nothing pruned: ');
  expect((await audit('check', '--data', data)).out).toMatch(/entries, [\d.]+ MiB, those before \d+ pruned/);
  expect((await audit('prune', '--data', data)).code).toBe(2);
});

test('backup and restore bring a log to another folder, with erasures done again', async () => {
  const data = await stateFolder();
  const folder = join(data, 'audit');
  const made = await audit(
    'backup',
    '--data',
    data,
    '--out',
    join(data, 'out'),
    '--keys-out',
    join(data, 'keys-out'),
  );
  expect(made.code).toBe(0);
  expect(made.out).toMatch(
    /^backed up to .*\/out: 700 entries, \d+ large contents, [\d.]+ MiB, root \S{44}\n/,
  );
  expect(made.out).toContain('remove this copy before an erasure has to have taken effect');
  const running = await openAudit({ folder });
  await erase(running, 'passenger=3');
  const checkpoint = (await running.handlers.ReadLog({ path: 'checkpoint' }, testCall())).content;
  await running.close();
  await writeFile(join(data, 'checkpoint.txt'), checkpoint);
  const later = await audit('backup', '--data', data, '--out', join(data, 'later'));
  expect(later.out).toContain('keys are not in it');

  const target = await temporaryFolder();
  const short = await audit(
    'restore',
    join(data, 'out'),
    '--data',
    target,
    '--checkpoint',
    join(data, 'checkpoint.txt'),
  );
  expect(short.code).toBe(2);
  expect(short.err).toContain('the log had 701 entries when the checkpoint was signed');
  const without = await audit(
    'restore',
    join(data, 'later'),
    '--data',
    target,
    '--checkpoint',
    join(data, 'checkpoint.txt'),
  );
  expect(without.code).toBe(0);
  expect(without.out).toContain('it leads to the checkpoint\n');
  expect(without.out).toContain(
    'there are no keys: restore their folder, then run `scoremesh audit check --repair`',
  );
  await cp(join(folder, 'keys'), join(target, 'audit', 'keys'), { recursive: true });
  await cp(join(data, 'keys-out', 'subjects'), join(target, 'audit', 'keys', 'subjects'));
  const back = await audit('check', '--data', target);
  expect(back.code).toBe(1);
  expect(back.out).toContain('fault key_not_destroyed');
  const repaired = await audit('check', '--data', target, '--repair');
  expect(repaired.code).toBe(0);
  expect(repaired.out).toContain('repaired key_not_destroyed');
  const missing = await audit(
    'restore',
    join(data, 'later'),
    '--data',
    target,
    '--checkpoint',
    join(data, 'none'),
  );
  expect(missing.err).toContain("--checkpoint: '");
});
