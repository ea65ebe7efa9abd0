import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAliasStore } from '../../../services/inference/repository/alias-store.ts';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { writeModels } from '../mesh-parts.ts';

let closers: Closers;
let folder: string;
beforeEach(async () => {
  closers = createClosers(silentLog);
  folder = join(await writeModels({}, closers), 'state/models');
});
afterEach(() => closers.close());

const at = (version: number, ...history: number[]) => ({ version, history });

describe('the store of aliases', () => {
  it('is empty where there is none yet, and makes its folder when it is written', async () => {
    const store = await openAliasStore(folder);
    expect(store.of('m').size).toBe(0);
    await store.write('m', 'champion', at(1));
    expect(await readdir(folder)).toEqual(['.aliases.json']);
  });

  it('counts what was written only when told to, and reads it again', async () => {
    const store = await openAliasStore(folder);
    const apply = await store.write('m', 'champion', at(2, 1));
    expect(store.of('m').get('champion')).toBeUndefined();
    apply();
    expect(store.of('m').get('champion')).toEqual(at(2, 1));
    expect((await openAliasStore(folder)).of('m').get('champion')).toEqual(at(2, 1));
  });

  it('writes one after the other, and loses none', async () => {
    const store = await openAliasStore(folder);
    await Promise.all(
      Array.from({ length: 20 }, (_unused, index) =>
        store.write(`m${index % 3}`, `a${index}`, at(index + 1)),
      ),
    );
    const again = await openAliasStore(folder);
    const sizes = ['m0', 'm1', 'm2'].map((model) => again.of(model).size);
    expect(sizes).toEqual([7, 7, 6]);
  });

  it('forgets an alias that is taken back, and keeps a hundred steps of history', async () => {
    const store = await openAliasStore(folder);
    await store.write('m', 'champion', at(1));
    await store.write('m', 'champion', undefined);
    await store.write('m', 'long', {
      version: 1,
      history: Array.from({ length: 300 }, (_unused, i) => i + 1),
    });
    const again = await openAliasStore(folder);
    expect([...again.of('m').keys()]).toEqual(['long']);
    expect(again.of('m').get('long')?.history).toHaveLength(100);
    expect(again.of('m').get('long')?.history.at(-1)).toBe(300);
  });

  it('leaves all as it was when it can not write', async () => {
    const store = await openAliasStore(folder);
    (await store.write('m', 'champion', at(1)))();
    const before = await readFile(join(folder, '.aliases.json'), 'utf8');
    const whole = await openAliasStore(folder);
    // A folder stands where the draft is written.
    await mkdir(join(folder, '.aliases.json.new'));
    await expect(whole.write('m', 'champion', at(2))).rejects.toThrow();
    expect(whole.of('m').get('champion')).toEqual(at(1));
    expect(await readFile(join(folder, '.aliases.json'), 'utf8')).toBe(before);
    await rmdir(join(folder, '.aliases.json.new'));
    await whole.write('m', 'champion', at(3));
    expect((await openAliasStore(folder)).of('m').get('champion')).toEqual(at(3));
  });

  it('is not stopped by a draft that a crash left', async () => {
    const store = await openAliasStore(folder);
    await store.write('m', 'champion', at(1));
    await writeFile(join(folder, '.aliases.json.new'), '{"aliases": [');
    const again = await openAliasStore(folder);
    expect(again.of('m').get('champion')).toEqual(at(1));
    await again.write('m', 'champion', at(2));
    expect((await openAliasStore(folder)).of('m').get('champion')).toEqual(at(2));
  });
});
