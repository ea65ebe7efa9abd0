import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { errorOf, openAudit, temporaryFolder } from '../fixture.ts';
import { check } from './checking.ts';
import { dayMs, filledLog, segmentBytes } from './filled-log.ts';
import { indexLines, rebuiltIndexLines } from './index-contents.ts';

/** More for a soak, e.g. SOAK_KILLS=200 npx vitest run test/audit/operation/kill-operations.test.ts --testTimeout 3600000 */
const kills = Number(process.env.SOAK_KILLS ?? 3);
const child = fileURLToPath(new URL('./operation-child.ts', import.meta.url));

interface Run {
  readonly hasEnded: boolean;
  /** From its beginning to its end. */
  readonly tookMs: number;
}

/** Runs an operation and kills it so long after its beginning. */
async function run(killAfterMs: number, operation: string, ...folders: string[]): Promise<Run> {
  const process_ = spawn(process.execPath, ['--import', 'tsx', child, operation, ...folders], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(process_, 'exit');
  let begunAt = 0;
  let endedAt = 0;
  createInterface({ input: process_.stdout }).on('line', (line) => {
    if (line === 'ended') endedAt = performance.now();
    if (line !== 'begun') return;
    begunAt = performance.now();
    if (Number.isFinite(killAfterMs)) setTimeout(() => process_.kill('SIGKILL'), killAfterMs);
  });
  const [code, signal] = await exited;
  expect(code === 0 || signal === 'SIGKILL').toBe(true);
  return { hasEnded: endedAt > 0, tookMs: endedAt - begunAt };
}

/** A closed log with its keys in it, and how long the operation takes when it is let. */
async function prepared(operation: string) {
  const base = await temporaryFolder();
  const whole = join(base, 'whole');
  await mkdir(whole);
  const { audit } = await filledLog(whole, 600, 0.6);
  await audit.close();
  const backUp = join(base, 'out');
  await run(Number.POSITIVE_INFINITY, 'backup', whole, join(whole, 'keys'), backUp);
  const trial = join(base, 'trial');
  await cp(whole, trial, { recursive: true });
  const other = operation === 'backup' ? join(base, 'trial-out') : backUp;
  const { tookMs } = await run(Number.POSITIVE_INFINITY, operation, trial, join(whole, 'keys'), other);
  return { base, whole, backUp, tookMs };
}

const moment = (tookMs: number): number => Math.random() * tookMs * 1.05;

test(`a pruning that is killed ${kills} times is done or not, and is finished by the next start`, async () => {
  const { base, whole, tookMs } = await prepared('prune');
  for (let n = 0; n < kills; n++) {
    const folder = join(base, `prune-${n}`);
    await cp(whole, folder, { recursive: true });
    await run(moment(tookMs), 'prune', folder, join(folder, 'keys'));
    expect((await check(folder)).faults).toBe(0);
    const audit = await openAudit({ folder, segmentBytes, retentionMinimumMs: dayMs });
    expect(audit.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(
      audit.log.has('the audit index has records that the log has not, or lacks some, and is built again'),
    ).toBe(false);
    await audit.prune(Date.now() - 183 * dayMs, 'test');
    expect(existsSync(join(folder, 'log', '0000000001.log'))).toBe(false);
    await audit.close();
    expect((await check(folder)).findings).toEqual([]);
    expect(await rebuiltIndexLines(folder)).toEqual(await indexLines(folder));
    await rm(folder, { recursive: true });
  }
});

test(`a rebuild that is killed ${kills} times does no harm`, async () => {
  const { base, whole, tookMs } = await prepared('rebuild');
  const folder = join(base, 'rebuild');
  await cp(whole, folder, { recursive: true });
  const lines = await indexLines(folder);
  for (let n = 0; n < kills; n++) {
    if (n === 2) await rm(join(folder, 'tree'), { recursive: true });
    await run(moment(tookMs), 'rebuild', folder, join(folder, 'keys'));
    // A tree that was lost before is made again by the next start, too.
    if (n < 2) expect((await check(folder)).faults).toBe(0);
    const audit = await openAudit({ folder, segmentBytes });
    expect(audit.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    await audit.close();
    expect((await check(folder)).findings).toEqual([]);
    expect(await indexLines(folder)).toEqual(lines);
  }
});

test(`a back-up that is killed ${kills} times leaves the log alone, and is no back-up`, async () => {
  const { base, whole, tookMs } = await prepared('backup');
  for (let n = 0; n < kills; n++) {
    const out = join(base, `out-${n}`);
    const { hasEnded } = await run(moment(tookMs), 'backup', whole, join(whole, 'keys'), out);
    const isBackUp = existsSync(join(out, 'manifest.json'));
    if (hasEnded) expect(isBackUp).toBe(true);
    const target = join(base, `restored-${n}`);
    const restored = await run(Number.POSITIVE_INFINITY, 'restore', target, join(whole, 'keys'), out).catch(
      () => undefined,
    );
    expect(restored?.hasEnded ?? false).toBe(isBackUp);
    if (isBackUp) expect(await indexLines(target)).toEqual(await indexLines(whole));
    expect((await check(whole)).findings).toEqual([]);
  }
});

test(`a restore that is killed ${kills} times leaves the log that stood there, or the restored one, and goes on`, async () => {
  const { backUp, base, whole, tookMs } = await prepared('restore');
  const keys = join(whole, 'keys');
  for (let n = 0; n < kills; n++) {
    const folder = join(base, `restore-${n}`);
    const stood = n % 2 === 0;
    if (stood) await cp(whole, folder, { recursive: true });
    await run(moment(tookMs), 'restore', folder, keys, backUp);
    const isHalf = existsSync(`${folder}.restoring`);
    if (isHalf)
      expect((await errorOf(openAudit({ folder, keysFolder: keys }))).message).toContain(
        'run `scoremesh audit restore` again',
      );
    // What stood there is somewhere, whole.
    if (stood && isHalf) expect(existsSync(folder) || existsSync(`${folder}.replaced`)).toBe(true);
    expect((await run(Number.POSITIVE_INFINITY, 'restore', folder, keys, backUp)).hasEnded).toBe(true);
    expect([existsSync(`${folder}.restoring`), existsSync(`${folder}.replaced`)]).toEqual([false, false]);
    expect(await indexLines(folder)).toEqual(await indexLines(whole));
    expect(await readFile(join(folder, 'tree', 'head'))).toEqual(await readFile(join(whole, 'tree', 'head')));
    const audit = await openAudit({ folder, keysFolder: keys, segmentBytes });
    expect(audit.size()).toBe(600);
    await audit.close();
  }
});
