import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { append, errorOf, openAudit, temporaryFolder } from '../fixture.ts';

const writer = fileURLToPath(new URL('../kill-writer.ts', import.meta.url));

test('two processes on one audit folder, or on one key folder: the second is refused by name while the first lives', async () => {
  const folder = await temporaryFolder();
  const keysFolder = join(await temporaryFolder(), 'keys');
  const events = join(await temporaryFolder(), 'events');
  const child = spawn(process.execPath, ['--import', 'tsx', writer, folder, keysFolder, '1', events], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'close');
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  child.stdout.resume();
  const otherKeys = join(await temporaryFolder(), 'keys');
  for (const [settings, named] of [
    [{ folder, keysFolder: otherKeys }, folder],
    [{ folder: await temporaryFolder(), keysFolder }, keysFolder],
  ] as const) {
    const error = await errorOf(openAudit(settings));
    expect(error.reason).toBe('STATE_LOCKED');
    expect(error.details.metadata).toEqual({ folder: named, pid: String(child.pid) });
  }
  child.kill('SIGKILL');
  await exited;
  const audit = await openAudit({ folder, keysFolder });
  await append(audit);
  expect(audit.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
