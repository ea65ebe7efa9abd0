import { createHash } from 'node:crypto';
import { mkdir, rename, rm, rmdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRepository } from '../../../services/inference/repository/repository.ts';
import {
  createWatch,
  settle,
  type Watch,
  type Watched,
} from '../../../services/inference/repository/watch.ts';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { writeModels } from '../mesh-parts.ts';

let closers: Closers;
let folder: string;
let registry: string;
let watch: Watch;
beforeEach(async () => {
  closers = createClosers(silentLog);
  folder = await writeModels({ 'm/1/model.onnx': 'one' }, closers);
  registry = await writeModels({}, closers);
  watch = createWatch(
    createRepository({ modelsFolder: folder, registryFolder: registry }, async () => ({ kind: 'all' })),
  );
});
afterEach(() => closers.close());

/** What a look shows, as model/version. */
const look = async (): Promise<string[]> =>
  (await watch.look()).flatMap(({ name, versions }) => versions.map(({ version }) => `${name}/${version}`));
const signature = async (version: number): Promise<string | undefined> =>
  (await watch.look())[0]?.versions.find((found) => found.version === version)?.signature;
const write = async (path: string, content: string): Promise<void> => {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), content);
};
const manifestOf = (files: Record<string, string>): string => {
  const digest = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return JSON.stringify({
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, digest(text)])),
  });
};

describe('a version that appears', () => {
  it('is shown once it looked the same twice', async () => {
    expect(await look()).toEqual(['m/1']);
    await write('m/2/model.onnx', 'tw');
    expect(await look()).toEqual(['m/1']);
    await write('m/2/model.onnx', 'two');
    expect(await look()).toEqual(['m/1']);
    expect(await look()).toEqual(['m/1', 'm/2']);
  });

  it('is not shown while a name in it starts with a dot', async () => {
    await look();
    await write('m/2/model.onnx', 'two');
    await write('m/2/.model.yaml.partial', 'x');
    for (let looks = 0; looks < 3; looks++) expect(await look()).toEqual(['m/1']);
    await rename(join(folder, 'm/2/.model.yaml.partial'), join(folder, 'm/2/model.yaml'));
    await look();
    expect(await look()).toEqual(['m/1', 'm/2']);
  });

  it('with a manifest is shown at once when all is there, and not before however long that takes', async () => {
    await look();
    await write('m/2/manifest.json', manifestOf({ 'model.onnx': 'two', 'model.yaml': 'x: 1' }));
    await write('m/2/model.onnx', 'two');
    for (let looks = 0; looks < 3; looks++) expect(await look()).toEqual(['m/1']);
    await write('m/2/model.yaml', 'x: 1');
    expect(await look()).toEqual(['m/1', 'm/2']);
  });

  it('that was registered is shown at once', async () => {
    await look();
    await mkdir(join(registry, 'm/5'), { recursive: true });
    expect(await look()).toEqual(['m/1', 'm/5']);
  });

  it.each([
    '{"files": {"../1/model.onnx": "sha256:0"}}',
    '{"files": {"..": "sha256:0"}}',
    '{"files": 7}',
    'not json',
    '',
  ])('with the manifest %j is not shown', async (text) => {
    await look();
    await write('m/2/model.onnx', 'two');
    await write('m/2/manifest.json', text);
    for (let looks = 0; looks < 3; looks++) expect(await look()).toEqual(['m/1']);
  });
});

describe('a version that is shown', () => {
  it('keeps its signature while its content changes, and has another when it is complete again', async () => {
    const first = await signature(1);
    await write('m/1/model.onnx', 'other');
    expect(await signature(1)).toBe(first);
    const second = await signature(1);
    expect(second).not.toBe(first);
    expect(await signature(1)).toBe(second);
  });

  it('has another signature when its file was touched, or config.pbtxt of its model', async () => {
    const first = await signature(1);
    await utimes(join(folder, 'm/1/model.onnx'), 1, 1);
    await look();
    const second = await signature(1);
    expect(second).not.toBe(first);
    await write('m/config.pbtxt', 'max_batch_size: 8');
    await look();
    expect(await signature(1)).not.toBe(second);
  });

  it('is gone when two looks have missed its folder', async () => {
    expect(await look()).toEqual(['m/1']);
    await rm(join(folder, 'm/1'), { recursive: true });
    expect(await look()).toEqual(['m/1']);
    expect(await look()).toEqual([]);
  });

  it('stays when its folder, its model or all models are away for a moment', async () => {
    const first = await signature(1);
    for (const place of ['m/1', 'm', '.']) {
      const away = place === '.' ? `${folder}-away` : join(folder, '.away');
      await rename(join(folder, place), away);
      if (place === '.') await mkdir(folder);
      expect(await signature(1)).toBe(first);
      if (place === '.') await rmdir(folder);
      await rename(away, join(folder, place));
      expect(await signature(1)).toBe(first);
    }
  });
});

it('no look of a changing folder shows what was not there twice or vouched for', () => {
  const sight = fc.record({
    signature: fc.constantFrom('a', 'b', 'c'),
    hasHidden: fc.boolean(),
    manifest: fc.constantFrom('none' as const, 'complete' as const, 'incomplete' as const),
  });
  fc.assert(
    fc.property(fc.array(sight, { minLength: 1, maxLength: 8 }), (sights) => {
      let before: Watched | undefined;
      let previous: string | undefined;
      for (const { signature: seen, hasHidden, manifest } of sights) {
        const after = settle(before, { signature: seen, hasHidden }, manifest, false);
        if (after.shown !== before?.shown) {
          expect(after.shown).toBe(seen);
          expect(manifest === 'complete' || (manifest === 'none' && !hasHidden && previous === seen)).toBe(
            true,
          );
        }
        before = after;
        previous = seen;
      }
    }),
  );
});
