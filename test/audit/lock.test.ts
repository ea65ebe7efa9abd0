import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockFolder } from '../../services/audit/lock.ts';
import { errorOf, openAudit, temporaryFolder } from './fixture.ts';

async function startProcess(): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

/** The lock file as another living process would have written it. */
async function lockOf(pid: number, startedAt?: string): Promise<string> {
  const folder = await temporaryFolder();
  const lock = await lockFolder(folder);
  const own = JSON.parse(await readFile(join(folder, 'lock.1'), 'utf8')) as { bootId: string };
  await lock.release(true);
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return JSON.stringify({ pid, startedAt: startedAt ?? started, bootId: own.bootId });
}

test('a second writer is refused, naming the first, until that one has stopped', async () => {
  const folder = await temporaryFolder();
  const first = await openAudit({ folder });
  const error = await errorOf(openAudit({ folder }));
  expect(error.reason).toBe('STATE_LOCKED');
  expect(error.message).toContain(`process ${process.pid}`);
  await first.close();
  await openAudit({ folder });
});

test.runIf(process.platform === 'linux')(
  'another process keeps the folder while it lives; the lock of one that is gone, or of a later one with its pid, is taken over',
  async () => {
    const folder = await temporaryFolder();
    const child = await startProcess();
    const lock = await lockOf(child.pid);
    await writeFile(join(folder, 'lock.7'), lock);
    expect((await errorOf(lockFolder(folder))).details.metadata?.pid).toBe(String(child.pid));

    await writeFile(join(folder, 'lock.7'), await lockOf(child.pid, '1'));
    const recycled = await lockFolder(folder);
    expect(recycled).toMatchObject({ unclean: true, powerLost: false });
    await recycled.release(true);

    await writeFile(join(folder, 'lock.9'), lock);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const taken = await lockFolder(folder);
    expect(taken).toMatchObject({ unclean: true, powerLost: false });
    await taken.release(true);
    const clean = await lockFolder(folder);
    expect(clean).toMatchObject({ unclean: false, powerLost: false });
    await clean.release(true);
    expect(await readdir(folder)).toEqual(['lock.11']);
  },
);

test('a lock from before the last start of the system, or half a lock, is taken over as after a power failure', async () => {
  const folder = await temporaryFolder();
  const contents = [JSON.stringify({ pid: process.pid, startedAt: '', bootId: 'before' }), '', '{"pid":'];
  for (const [n, content] of contents.entries()) {
    await writeFile(join(folder, `lock.${10 * n + 1}`), content);
    const lock = await lockFolder(folder);
    expect(lock).toMatchObject({ unclean: true, powerLost: true });
    await lock.release(true);
  }
});

test('a start that fails leaves what it found, so that the next one knows of the power failure', async () => {
  const folder = await temporaryFolder();
  const content = JSON.stringify({ pid: 1, startedAt: '', bootId: 'before' });
  await writeFile(join(folder, 'lock.7'), content);
  await (await lockFolder(folder)).release(false);
  expect(await lockFolder(folder)).toMatchObject({ unclean: true, powerLost: true });
});

test('a power failure is known of until what it left is in order, whoever is killed before that', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'lock.7'), JSON.stringify({ pid: 1, startedAt: '', bootId: 'before' }));
  const kill = async (generation: number): Promise<void> => {
    const path = join(folder, `lock.${generation}`);
    await writeFile(path, (await readFile(path, 'utf8')).replace(`"pid":${process.pid}`, '"pid":4194303'));
  };
  expect(await lockFolder(folder)).toMatchObject({ unclean: true, powerLost: true });
  await kill(8);
  const second = await lockFolder(folder);
  expect(second).toMatchObject({ unclean: true, powerLost: true });
  await second.settle();
  await kill(9);
  expect(await lockFolder(folder)).toMatchObject({ unclean: true, powerLost: false });
});

test('a writer that stops without having put its own writes in order says so to the next one', async () => {
  const folder = await temporaryFolder();
  await (await lockFolder(folder)).abandon();
  const next = await lockFolder(folder);
  expect(next).toMatchObject({ unclean: true, powerLost: false });
  await next.release(true);
  expect(await lockFolder(folder)).toMatchObject({ unclean: false, powerLost: false });
});

test('of many that come at once, to a free folder or a stale lock, exactly one gets it', async () => {
  for (let round = 0; round < 100; round++) {
    const folder = await temporaryFolder();
    if (round % 2 === 1)
      await writeFile(join(folder, 'lock.7'), JSON.stringify({ pid: 1, startedAt: '', bootId: 'before' }));
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => lockFolder(folder)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  }
});
