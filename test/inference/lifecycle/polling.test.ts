import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../mesh-parts.ts';
import { linearModel } from '../onnx-models.ts';
import { answerOf, changeLines, listed, modelOf, placeVersion, whenModels } from './life-cycle-parts.ts';

const one = linearModel([1], 0);
const two = linearModel([2], 0);

let service: TestService;
let folder: string;
afterEach(() => service.closers.close());
const start = async (files: Parameters<typeof startService>[0]): Promise<void> => {
  service = await startService(files, { control: 'poll', pollMs: 20 });
  folder = join(service.modelsFolder, 'm');
};
/** Resolves once the list is this. */
const whenListed = async (...lines: string[]): Promise<void> => {
  await whenModels(
    service,
    (models) =>
      models.length === lines.length &&
      models.every(
        ({ name, version, state, aliases }, at) =>
          lines[at] ===
          `${name} ${version} ${state.slice(12)}${aliases.map((alias) => ` @${alias}`).join('')}`,
      ),
  );
};

describe('a folder of models that is polled', () => {
  it('has what it held at the start', async () => {
    await start({ 'm/1/model.onnx': one });
    expect(await listed(service)).toEqual(['m 1 READY']);
  });

  it('shows a version that is put in place', async () => {
    await start({ 'm/1/model.onnx': one });
    await placeVersion(folder, '2', { 'model.onnx': two });
    await whenListed('m 1 READY', 'm 2 READY');
    expect(await answerOf(service, 'm')).toBe(2);
    expect(await changeLines(service)).toEqual(['LOADED m 1 by scoremesh', 'LOADED m 2 by scoremesh']);
  });

  it('shows a model that is put in place with its aliases', async () => {
    await start({});
    const draft = join(service.modelsFolder, '.draft');
    for (const [version, model] of [
      ['1', one],
      ['2', two],
    ] as const) {
      await mkdir(join(draft, version), { recursive: true });
      await writeFile(join(draft, version, 'model.onnx'), model);
    }
    await writeFile(join(draft, 'aliases.yaml'), 'champion: 1\n');
    await rename(draft, folder);
    await whenListed('m 1 READY @champion', 'm 2 READY');
    expect(await answerOf(service, 'm')).toBe(1);
  });

  it('moves an alias with the version that it names: only once that answers', async () => {
    await start({ 'm/1/model.onnx': one, 'm/aliases.yaml': 'champion: 1' });
    await writeFile(join(service.modelsFolder, 'm/aliases.yaml'), 'champion: 2');
    await placeVersion(folder, '2', { 'model.onnx': two });
    await whenListed('m 1 READY', 'm 2 READY @champion');
    const lines = await changeLines(service);
    expect(lines.indexOf('ALIAS_SET m@champion 2 from 1 by scoremesh')).toBeGreaterThan(
      lines.indexOf('LOADED m 2 by scoremesh'),
    );
  });

  it('drops a version whose folder is gone, and a model', async () => {
    await start({ 'm/1/model.onnx': one, 'm/2/model.onnx': two, 'other/1/model.onnx': one });
    await rm(join(folder, '2'), { recursive: true });
    await whenListed('m 1 READY', 'other 1 READY');
    expect(await answerOf(service, 'm')).toBe(1);
    await rm(folder, { recursive: true });
    await whenListed('other 1 READY');
    await expect(answerOf(service, 'm')).rejects.toMatchObject({ reason: 'MODEL_NOT_FOUND' });
    expect((await changeLines(service)).slice(3)).toEqual([
      'UNLOADED m 2 by scoremesh',
      'UNLOADED m 1 by scoremesh',
    ]);
  });

  it('loads a version again that changes in place, and tells its digest', async () => {
    await start({ 'm/1/model.onnx': one });
    const before = await modelOf(service, 'm');
    await placeVersion(folder, '1', { 'model.onnx': two });
    await whenModels(
      service,
      ([model]) => model?.state === 'MODEL_STATE_READY' && model.digest !== before.digest,
    );
    expect(await answerOf(service, 'm')).toBe(2);
  });

  it('goes on with what answers when a version is broken in place, and takes the mended one', async () => {
    await start({ 'm/1/model.onnx': one });
    await placeVersion(folder, '1', { 'model.onnx': 'broken' });
    await whenModels(service, ([model]) => model?.reason !== '');
    expect(await answerOf(service, 'm')).toBe(1);
    expect((await modelOf(service, 'm')).reason).toContain('it answers with what was loaded before');
    await placeVersion(folder, '1', { 'model.onnx': two });
    await whenModels(service, ([model]) => model?.reason === '');
    expect(await answerOf(service, 'm')).toBe(2);
  });

  it('names what can be no version, and serves the others', async () => {
    await start({ 'm/1/model.onnx': one });
    await placeVersion(folder, 'latest', { 'model.onnx': two });
    await whenListed('m 0 FAILED', 'm 1 READY');
    expect(await answerOf(service, 'm')).toBe(1);
    await rename(join(folder, 'latest'), join(folder, '2'));
    await whenListed('m 1 READY', 'm 2 READY');
    expect(await answerOf(service, 'm')).toBe(2);
  });

  it('stays as it is while the folder can not be read, and goes on afterwards', async () => {
    await start({ 'm/1/model.onnx': one });
    const away = `${service.modelsFolder}-away`;
    await rename(service.modelsFolder, away);
    // Nothing tells that a look has failed, so a version waits where the next one that succeeds finds it.
    await placeVersion(join(away, 'm'), '2', { 'model.onnx': two });
    expect(await answerOf(service, 'm')).toBe(1);
    await rename(away, service.modelsFolder);
    await whenListed('m 1 READY', 'm 2 READY');
    expect((await changeLines(service)).some((line) => line.startsWith('UNLOADED'))).toBe(false);
  });

  it('stops being looked at when the role stops', async () => {
    await start({ 'm/1/model.onnx': one });
    await service.closers.close();
    expect(service.ready()).toMatchObject({ reason: 'SHUTTING_DOWN' });
  });
});
