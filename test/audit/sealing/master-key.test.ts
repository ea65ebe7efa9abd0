import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLocalKeyProvider } from '../../../services/audit/sealing/master-key.ts';
import { errorOf, KeptLog, reasonOf, temporaryFolder } from '../fixture.ts';
import { masterKey, openKeys } from './fixture.ts';

const plain = Buffer.alloc(64, 5);

function provider(folder: string, key?: string, keyFile?: string, log = new KeptLog()) {
  return createLocalKeyProvider({ folder, key, keyFile, log });
}

describe('the master key', () => {
  test('is made once where none is given, for its owner alone, with a warning', async () => {
    const { folder, log, ...first } = await openKeys({ key: null });
    const path = join(folder, 'master.key');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of ['store.key', 'subjects'])
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    const warnings = log.lines.filter((line) => line.level === 'warn');
    expect(warnings.map((line) => line.fields)).toEqual([{ file: path }]);
    const key = Buffer.from(first.keyOf(first.allocate()) ?? '');
    await first.close();
    const again = await openKeys({ folder, key: null, usedUpTo: 0 });
    expect(again.log.lines).toEqual([]);
    expect(again.keyOf(1)).toEqual(key);
  });

  test('wraps and unwraps, as hex, as base64 and from a file alike', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'given');
    const base64 = Buffer.from(masterKey, 'hex').toString('base64');
    await writeFile(file, `${base64}\n`, { mode: 0o640 });
    await chmod(file, 0o640);
    const wrapped = await provider(folder, masterKey).wrap(plain, 'a');
    for (const each of [
      provider(folder, base64),
      provider(folder, ` ${masterKey.toUpperCase()}\n`),
      provider(folder, base64.replace('=', '')),
      provider(folder, undefined, file),
    ])
      expect(await each.unwrap(wrapped, 'a')).toEqual(plain);
  });

  test('gives back nothing that is changed, or that was wrapped as something else', async () => {
    const own = provider(await temporaryFolder(), masterKey);
    const wrapped = await own.wrap(plain, 'a');
    expect(await reasonOf(own.unwrap(wrapped, 'b'))).toBe('CONFIG_INVALID');
    for (let at = 0; at < wrapped.length; at++) {
      const changed = Buffer.from(wrapped);
      changed[at] = wrapped.readUInt8(at) ^ 1;
      expect(await reasonOf(own.unwrap(changed, 'a'))).toBe('CONFIG_INVALID');
    }
    for (let length = 0; length < wrapped.length; length++)
      expect(await reasonOf(own.unwrap(wrapped.subarray(0, length), 'a'))).toBe('CONFIG_INVALID');
  });

  test('of another length or form is refused, and not shown', async () => {
    const folder = await temporaryFolder();
    for (const key of [
      'x',
      'ab'.repeat(31),
      'ab'.repeat(33),
      'g'.repeat(64),
      `${'A'.repeat(42)}B=`,
      'A'.repeat(44),
    ]) {
      const error = await errorOf(provider(folder, key).wrap(plain, 'a'));
      expect(error.reason).toBe('CONFIG_INVALID');
      expect(error.message).toContain('SCOREMESH_MASTER_KEY is not accepted: give 32 bytes');
      expect(error.message).not.toContain(key.length > 1 ? key : 'never');
    }
    const file = join(folder, 'given');
    await writeFile(file, 'short', { mode: 0o600 });
    expect((await errorOf(provider(folder, undefined, file).wrap(plain, 'a'))).reason).toBe('CONFIG_INVALID');
    await rm(file);
    expect((await errorOf(provider(folder, undefined, file).wrap(plain, 'a'))).message).toContain(
      'no such file',
    );
    expect(() => provider(folder, masterKey, file)).toThrow('both set');
    await writeFile(join(folder, 'master.key'), '', { mode: 0o600 });
    expect(await reasonOf(provider(folder).wrap(plain, 'a'))).toBe('STATE_CORRUPT');
  });

  test('that others may read is refused', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'given');
    await writeFile(file, masterKey);
    for (const mode of [0o604, 0o644, 0o606]) {
      await chmod(file, mode);
      const error = await errorOf(provider(folder, undefined, file).wrap(plain, 'a'));
      expect(error.reason).toBe('CONFIG_INVALID');
      expect(error.message).toContain(`(mode 0${mode.toString(8)}): run chmod 600`);
    }
    const own = join(folder, 'master.key');
    await writeFile(own, masterKey);
    await chmod(own, 0o640);
    expect(await reasonOf(provider(folder).wrap(plain, 'a'))).toBe('CONFIG_INVALID');
  });

  test('that is another one, or missing, is told from a damaged store.key', async () => {
    const { folder, close } = await openKeys({ key: null });
    await close();
    expect(await reasonOf(openKeys({ folder, key: 'cd'.repeat(32) }))).toBe('CONFIG_INVALID');
    await rm(join(folder, 'master.key'));
    const missing = await errorOf(openKeys({ folder, key: null }));
    expect(missing.reason).toBe('STATE_CORRUPT');
    expect(missing.message).toContain('master.key is missing');
    expect(missing.message).toContain('SCOREMESH_MASTER_KEY');

    const path = join(folder, 'store.key');
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at += 7) {
      const changed = Buffer.from(whole);
      changed[at] = whole.readUInt8(at) ^ 0x10;
      await writeFile(path, changed);
      expect((await errorOf(openKeys({ folder, key: masterKey }))).message).toContain(
        'store.key: it is damaged',
      );
    }
    await writeFile(path, whole.subarray(0, 9));
    expect(await reasonOf(openKeys({ folder }))).toBe('STATE_CORRUPT');
  });

  test('made before a crash that left nothing else is used, and half of one is made again', async () => {
    const folder = join(await temporaryFolder(), 'keys');
    await mkdir(folder);
    await writeFile(join(folder, 'master.key.tmp'), 'ha');
    await writeFile(join(folder, 'store.key.tmp'), 'lf');
    const first = await openKeys({ folder, key: null });
    await first.close();
    await rm(join(folder, 'store.key'));
    await rm(join(folder, 'subjects'));
    const second = await openKeys({ folder, key: null });
    expect(second.log.lines).toEqual([]);
  });
});
