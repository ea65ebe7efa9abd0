import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { newCall, startService, type TestService } from '../mesh-parts.ts';
import { linearModel } from '../onnx-models.ts';
import {
  answerOf,
  changeLines,
  chunkOf,
  endOf,
  headerOf,
  listed,
  messages,
  placeVersion,
  registered,
  whenModels,
} from './life-cycle-parts.ts';

const files = {
  'm/1/model.onnx': linearModel([1], 0),
  'm/2/model.onnx': linearModel([2], 0),
  'm/3/model.onnx': linearModel([3], 0),
};

let service: TestService;
afterEach(() => service.closers.close());

const set = (version: number, alias = 'champion', name = 'm') =>
  service.models.SetAlias({ name, alias, version }, newCall());
const rollback = (alias = 'champion') => service.models.RollbackAlias({ name: 'm', alias }, newCall());
/** A process of its own over the same folders. */
const restart = async (): Promise<void> => {
  const { modelsFolder, registryFolder } = service;
  const again = await startService({}, { modelsFolder, registryFolder });
  const before = service.closers;
  service = again;
  // The folders go with the first service, once the test is over.
  again.closers.add('first service', () => before.close());
};

describe('an alias', () => {
  it('is moved at once, and tells where it was', async () => {
    service = await startService(files);
    expect(await set(1)).toEqual({ version: 1, previousVersion: 0 });
    expect(await answerOf(service, 'm')).toBe(1);
    expect(await set(2)).toEqual({ version: 2, previousVersion: 1 });
    expect(await answerOf(service, 'm')).toBe(2);
    expect(await answerOf(service, 'm@champion')).toBe(2);
  });

  it('goes back step by step, and says when there is nothing more', async () => {
    service = await startService(files);
    for (const version of [1, 2, 3]) await set(version);
    expect(await rollback()).toEqual({ version: 2, previousVersion: 3 });
    expect(await rollback()).toEqual({ version: 1, previousVersion: 2 });
    await expect(rollback()).rejects.toMatchObject({
      reason: 'MODEL_ALIAS_NOT_FOUND',
      code: 9,
      message: expect.stringContaining('nothing to go back to'),
    });
    expect(await answerOf(service, 'm')).toBe(1);
    expect((await changeLines(service)).slice(3)).toEqual([
      'ALIAS_SET m@champion 1 by test',
      'ALIAS_SET m@champion 2 from 1 by test',
      'ALIAS_SET m@champion 3 from 2 by test',
      'ALIAS_ROLLED_BACK m@champion 2 from 3 by test',
      'ALIAS_ROLLED_BACK m@champion 1 from 2 by test',
    ]);
  });

  it('goes back after a restart, too', async () => {
    service = await startService(files);
    await set(1);
    await set(2);
    await restart();
    expect(await answerOf(service, 'm')).toBe(2);
    expect(await rollback()).toEqual({ version: 1, previousVersion: 2 });
    await restart();
    expect(await answerOf(service, 'm')).toBe(1);
  });

  it('goes back to a version that was unloaded since, and loads it', async () => {
    service = await startService(files);
    await set(1);
    await set(2);
    await service.models.UnloadModel({ name: 'm', version: 1 }, newCall());
    expect(await rollback()).toEqual({ version: 1, previousVersion: 2 });
    expect(await answerOf(service, 'm')).toBe(1);
  });

  it('does not go back to a version whose files are gone', async () => {
    service = await startService(files);
    await set(1);
    await set(2);
    await rm(join(service.modelsFolder, 'm/1'), { recursive: true });
    await service.models.LoadModel({ name: 'm', version: 0 }, newCall());
    await whenModels(service, (models) => models.every(({ version }) => version !== 1));
    await expect(rollback()).rejects.toMatchObject({ reason: 'MODEL_VERSION_NOT_FOUND' });
    expect(await answerOf(service, 'm')).toBe(2);
  });

  it('that a call has set counts more than aliases.yaml, until it is taken back', async () => {
    service = await startService({ ...files, 'm/aliases.yaml': 'champion: 1\nchallenger: 2\n' });
    expect(await set(3)).toEqual({ version: 3, previousVersion: 1 });
    await writeFile(join(service.modelsFolder, 'm/aliases.yaml'), 'champion: 2\nchallenger: 1\n');
    await service.models.LoadModel({ name: 'm', version: 0 }, newCall());
    expect(await listed(service)).toEqual(['m 1 READY @challenger', 'm 2 READY', 'm 3 READY @champion']);
    await restart();
    expect(await answerOf(service, 'm')).toBe(3);
    expect(await set(0)).toEqual({ version: 2, previousVersion: 3 });
    expect(await answerOf(service, 'm')).toBe(2);
    await restart();
    expect(await answerOf(service, 'm')).toBe(2);
  });

  it('that is taken back and is in no aliases.yaml points nowhere', async () => {
    service = await startService(files);
    await set(2, 'challenger');
    expect(await set(0, 'challenger')).toEqual({ version: 0, previousVersion: 2 });
    await expect(answerOf(service, 'm@challenger')).rejects.toMatchObject({
      reason: 'MODEL_ALIAS_NOT_FOUND',
    });
    expect((await changeLines(service)).at(-1)).toBe('ALIAS_REMOVED m@challenger 0 from 2 by test');
    await expect(rollback('challenger')).rejects.toMatchObject({ reason: 'MODEL_ALIAS_NOT_FOUND' });
  });

  it('that is set to where it is changes nothing', async () => {
    service = await startService(files);
    await set(2);
    const before = await changeLines(service);
    expect(await set(2)).toEqual({ version: 2, previousVersion: 2 });
    expect(await set(0, 'never-set')).toEqual({ version: 0, previousVersion: 0 });
    expect(await changeLines(service)).toEqual(before);
  });

  it('takes turns when several set it at once, and can be followed back', async () => {
    service = await startService(files);
    const moves = await Promise.all([set(1), set(2), set(3), set(1)]);
    expect(moves.map(({ previousVersion }) => previousVersion)).toEqual([0, 1, 2, 3]);
    for (const version of [3, 2, 1]) expect((await rollback()).version).toBe(version);
  });

  it.each([
    ['a model that is not there', 'x', 'champion', 1, 'MODEL_NOT_FOUND', "'x' is not found"],
    ['a version that is not there', 'm', 'champion', 9, 'MODEL_VERSION_NOT_FOUND', 'it has 1, 2, 3'],
    [
      'a version that is not ready',
      'm',
      'champion',
      4,
      'MODEL_NOT_READY',
      'only set to a version that answers',
    ],
    ['a number for an alias', 'm', '7', 1, 'INVALID_REQUEST', "'7' is no alias"],
    ['no alias', 'm', '', 1, 'INVALID_REQUEST', 'alias: is empty'],
    ['a path for an alias', 'm', '../x', 1, 'INVALID_REQUEST', "'../x' is no alias"],
  ])('is not set to %s', async (_what, name, alias, version, reason, message) => {
    const broken = version === 4 ? { 'm/4/model.onnx': 'broken' } : {};
    service = await startService({ ...files, ...broken });
    const listedBefore = await listed(service);
    await expect(set(version, alias, name)).rejects.toMatchObject({
      reason,
      message: expect.stringContaining(message),
    });
    expect(await listed(service)).toEqual(listedBefore);
  });

  it('of a model with an odd name is kept', async () => {
    service = await startService({ '__proto__/1/model.onnx': files['m/1/model.onnx'] });
    await set(1, 'constructor', '__proto__');
    await restart();
    expect(await answerOf(service, '__proto__@constructor')).toBe(1);
  });

  it('keeps the version that it names loaded, whatever else is registered', async () => {
    service = await startService(files);
    await set(1);
    await registered(service, messages(headerOf({}), chunkOf('model.onnx', linearModel([4], 0)), endOf()));
    expect(await answerOf(service, 'm')).toBe(1);
    expect(await answerOf(service, 'm@4')).toBe(4);
  });

  it('follows aliases.yaml where nobody has set it', async () => {
    service = await startService({ ...files, 'm/aliases.yaml': 'champion: 1\n' });
    await placeVersion(join(service.modelsFolder, 'm'), '4', { 'model.onnx': linearModel([4], 0) });
    await writeFile(join(service.modelsFolder, 'm/aliases.yaml'), 'champion: 4\n');
    await service.models.LoadModel({ name: 'm', version: 0 }, newCall());
    expect(await answerOf(service, 'm')).toBe(4);
    expect((await changeLines(service)).filter((line) => line.includes('@'))).toEqual([
      'ALIAS_SET m@champion 1 by scoremesh',
      'ALIAS_SET m@champion 4 from 1 by scoremesh',
    ]);
  });
});

describe('the file of aliases', () => {
  it.each([
    ['is cut short', (text: string) => text.slice(0, -9)],
    ['is empty', () => ''],
    ['has a version that is none', (text: string) => text.replace('"version": 2', '"version": -2')],
    ['names an alias twice', (text: string) => doubled(text)],
  ])('stops the start and is named if it %s, and a restored one is used again', async (_what, damage) => {
    service = await startService(files);
    await set(1);
    await set(2);
    const { modelsFolder, registryFolder } = service;
    const path = join(registryFolder, '.aliases.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, damage(text));
    await expect(startService({}, { modelsFolder, registryFolder })).rejects.toMatchObject({
      reason: 'STATE_CORRUPT',
      message: expect.stringContaining(path),
    });
    await writeFile(path, text);
    await restart();
    expect(await answerOf(service, 'm')).toBe(2);
  });
});

function doubled(text: string): string {
  const { aliases } = JSON.parse(text) as { aliases: object[] };
  return JSON.stringify({ aliases: [...aliases, ...aliases] });
}
