import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLogKey, loadLogKey, openLogKey } from '../../../services/kit/transparency/log-key.ts';
import { errorOf } from '../../audit/fixture.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scoremesh-log-key-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

test('a key that is made can be read by its owner only, and is the same when it is loaded', async () => {
  const file = join(await temporaryFolder(), 'keys', 'log.key');
  const made = await createLogKey(file, 'example.com/log');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(made.vkey).toMatch(/^example\.com\/log\+[0-9a-f]{8}\+A/);
  expect((await loadLogKey(file)).vkey).toBe(made.vkey);
  expect((await openLogKey(file, 'other.example/log')).vkey).toBe(made.vkey);
  expect(await readdir(join(file, '..'))).toEqual(['log.key']);
});

test('a key is never replaced, also not by one that is made at the same time', async () => {
  const file = join(await temporaryFolder(), 'log.key');
  await writeFile(file, 'precious', { mode: 0o600 });
  expect((await errorOf(createLogKey(file, 'a'))).message).toContain(file);
  expect(await readFile(file, 'utf8')).toBe('precious');
  expect(await readdir(join(file, '..'))).toEqual(['log.key']);
});

test('a name that can not be one of a key leaves no file', async () => {
  const folder = await temporaryFolder();
  expect((await errorOf(createLogKey(join(folder, 'log.key'), 'a b'))).reason).toBe('CONFIG_INVALID');
  expect(await readdir(folder)).toEqual([]);
});

test('a file that is absent, malformed, too large or open to others is refused by its name', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'log.key');
  const refused = async (path: string): Promise<string> => {
    const error = await errorOf(loadLogKey(path));
    expect(error.reason).toBe('CONFIG_INVALID');
    expect(error.message).toContain(path);
    return error.message;
  };
  expect(await refused(file)).toContain('ENOENT');
  await writeFile(file, 'nonsense\n', { mode: 0o600 });
  expect(await refused(file)).not.toContain('nonsense');
  await writeFile(file, 'x'.repeat(5000));
  await refused(file);
  await rm(file);
  const { vkey } = await createLogKey(file, 'a');
  for (const mode of [0o644, 0o604, 0o602, 0o620]) {
    await chmod(file, mode);
    expect(await refused(file)).toContain('chmod 600');
  }
  for (const mode of [0o600, 0o400, 0o440]) {
    await chmod(file, mode);
    expect((await loadLogKey(file)).vkey).toBe(vkey);
  }
  await symlink(file, join(folder, 'link'));
  expect((await loadLogKey(join(folder, 'link'))).vkey).toBe(vkey);
  await refused(folder);
});
