import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { InferenceConfig } from '../../../services/inference/config.ts';
import { type ModelFiles, newCall, startService, type TestService } from '../mesh-parts.ts';
import { buildModel, floats, linearModel } from '../onnx-models.ts';
import { answerOf, changeLines, listed, modelOf, placeVersion, whenModels } from './life-cycle-parts.ts';

let service: TestService;
afterEach(() => service.closers.close());
const start = async (files: ModelFiles, settings: Partial<InferenceConfig> = {}): Promise<void> => {
  service = await startService(files, settings);
};
const load = (name: string, version = 0): Promise<unknown> =>
  service.models.LoadModel({ name, version }, newCall());
const unload = (name: string, version = 0): Promise<unknown> =>
  service.models.UnloadModel({ name, version }, newCall());

const one = linearModel([1], 0);
const two = linearModel([2], 0);
const three = linearModel([3], 0);

describe('LoadModel', () => {
  it('loads what has come since', async () => {
    await start({ 'm/1/model.onnx': one });
    await placeVersion(join(service.modelsFolder, 'm'), '2', { 'model.onnx': two });
    const { models } = await service.models.LoadModel({ name: 'm', version: 0 }, newCall());
    expect(models.map(({ version, state }) => [version, state])).toEqual([
      [1, 'MODEL_STATE_READY'],
      [2, 'MODEL_STATE_READY'],
    ]);
    expect(await answerOf(service, 'm')).toBe(2);
  });

  it('loads one version and leaves the others as they are', async () => {
    await start({ 'm/1/model.onnx': one });
    for (const version of ['2', '3'])
      await placeVersion(join(service.modelsFolder, 'm'), version, { 'model.onnx': two });
    await load('m', 3);
    expect(await listed(service)).toEqual(['m 1 READY', 'm 3 READY']);
  });

  it('replaces what answers by newer content, and tells its digest', async () => {
    await start({ 'm/1/model.onnx': one });
    const before = await modelOf(service, 'm');
    await placeVersion(join(service.modelsFolder, 'm'), '1', { 'model.onnx': two });
    expect(await answerOf(service, 'm')).toBe(1);
    await load('m', 1);
    expect(await answerOf(service, 'm')).toBe(2);
    expect((await modelOf(service, 'm')).digest).not.toBe(before.digest);
    expect(await changeLines(service)).toEqual(['LOADED m 1 by scoremesh', 'LOADED m 1 by test']);
  });

  it('leaves in service what answers if its newer content is broken, and says why', async () => {
    await start({ 'm/1/model.onnx': one });
    await placeVersion(join(service.modelsFolder, 'm'), '1', { 'model.onnx': 'broken' });
    await expect(load('m')).rejects.toMatchObject({ reason: 'MODEL_INVALID' });
    expect(await answerOf(service, 'm')).toBe(1);
    const model = await modelOf(service, 'm');
    expect(model.state).toBe('MODEL_STATE_READY');
    expect(model.reason).toContain('it answers with what was loaded before');
    expect(await changeLines(service)).toEqual(['LOADED m 1 by scoremesh', 'FAILED m 1 by test']);
    await placeVersion(join(service.modelsFolder, 'm'), '1', { 'model.onnx': two });
    await load('m');
    expect((await modelOf(service, 'm')).reason).toBe('');
    expect(await answerOf(service, 'm')).toBe(2);
  });

  it('tries a failed version again', async () => {
    await start({ 'm/1/model.onnx': 'broken' });
    expect(await listed(service)).toEqual(['m 1 FAILED']);
    await placeVersion(join(service.modelsFolder, 'm'), '1', { 'model.onnx': one });
    await load('m');
    expect(await answerOf(service, 'm')).toBe(1);
  });

  it('answers several that ask at once', async () => {
    await start({ 'm/1/model.onnx': one });
    await Promise.all(Array.from({ length: 5 }, () => load('m')));
    expect(await listed(service)).toEqual(['m 1 READY']);
  });

  it.each([
    ['a model that is not there', 'x', 0, 'MODEL_NOT_FOUND', "failed to load 'x'"],
    ['a version that is not there', 'm', 9, 'MODEL_VERSION_NOT_FOUND', 'it has 1'],
    ['a name that leads elsewhere', '../m', 1, 'MODEL_NOT_FOUND', "failed to load '../m'"],
    ['no name', '', 0, 'INVALID_REQUEST', 'name: is empty'],
  ])('refuses %s', async (_what, name, version, reason, message) => {
    await start({ 'm/1/model.onnx': one });
    await expect(load(name, version)).rejects.toMatchObject({
      reason,
      message: expect.stringContaining(message),
    });
    expect(await listed(service)).toEqual(['m 1 READY']);
  });

  it('goes on when its call does not wait for it', async () => {
    await start({ 'm/1/model.onnx': one });
    await placeVersion(join(service.modelsFolder, 'm'), '1', { 'model.onnx': two });
    const call = service.models.LoadModel({ name: 'm', version: 1 }, newCall(0));
    await expect(call).rejects.toMatchObject({ reason: 'DEADLINE_PASSED_WAITING' });
    const before = (await modelOf(service, 'm')).digest;
    await whenModels(service, ([model]) => model?.digest !== before);
    expect(await answerOf(service, 'm')).toBe(2);
  });
});

describe('UnloadModel', () => {
  it('takes a version out of service until it is loaded again', async () => {
    await start({ 'm/1/model.onnx': one, 'm/2/model.onnx': two });
    const { models } = await service.models.UnloadModel({ name: 'm', version: 2 }, newCall());
    expect(models.map(({ version, state }) => [version, state])).toEqual([[2, 'MODEL_STATE_UNLOADED']]);
    expect(await answerOf(service, 'm')).toBe(1);
    await expect(answerOf(service, 'm@2')).rejects.toMatchObject({
      reason: 'MODEL_NOT_READY',
      message: expect.stringContaining('it was unloaded'),
    });
    await load('m', 2);
    expect(await answerOf(service, 'm')).toBe(2);
    expect((await changeLines(service)).slice(2)).toEqual(['UNLOADED m 2 by test', 'LOADED m 2 by test']);
  });

  it('takes a whole model out of service, also where an alias points', async () => {
    await start({ 'm/1/model.onnx': one, 'm/2/model.onnx': two, 'm/aliases.yaml': 'champion: 1' });
    await unload('m');
    expect(await listed(service)).toEqual(['m 1 UNLOADED @champion', 'm 2 UNLOADED']);
    await load('m', 2);
    expect(await listed(service)).toEqual(['m 1 UNLOADED @champion', 'm 2 READY']);
    await load('m');
    expect(await listed(service)).toEqual(['m 1 READY @champion', 'm 2 READY']);
  });

  it('ends the waiting of those who load what it takes out', async () => {
    await start({ 'm/1/model.onnx': one, 'm/2/model.onnx': two });
    const loads = [load('m', 1), load('m', 2)].map((loading) => loading.catch((error: unknown) => error));
    await unload('m');
    await Promise.all(loads);
    expect(await listed(service)).toEqual(['m 1 UNLOADED', 'm 2 UNLOADED']);
  });

  it.each(['inline', 'worker'])(
    'answers what it took before: on a thread of its own, or not: %s',
    async (kind) => {
      // One row takes as long as a matrix product does, so that most of them still wait.
      const width = kind === 'inline' ? 64 : 512;
      const square = Array.from({ length: width * width }, (_unused, place) => ((place % 7) - 3) / width);
      const slow = buildModel({
        inputs: [{ name: 'x', type: 'FP32', shape: [1, 1] }],
        outputs: [{ name: 'y', type: 'FP32', shape: [width, width] }],
        constants: [floats('w', [width, width], square)],
        nodes: [
          { op: 'Add', inputs: ['w', 'x'], outputs: ['h'] },
          { op: 'MatMul', inputs: ['h', 'w'], outputs: ['y'] },
        ],
      });
      await start({ 'm/1/model.onnx': slow });
      const asking = Array.from({ length: 12 }, () => answerOf(service, 'm'));
      const answered = Promise.all(asking).then(() => 'answered');
      const unloaded = unload('m').then(() => 'unloaded');
      expect(await Promise.race([answered, unloaded])).toBe('answered');
      await unloaded;
      expect(new Set(await Promise.all(asking)).size).toBe(1);
      await expect(answerOf(service, 'm@1')).rejects.toMatchObject({ reason: 'MODEL_NOT_READY' });
    },
  );

  it('refuses what is not there', async () => {
    await start({ 'm/1/model.onnx': one });
    await expect(unload('x')).rejects.toMatchObject({ reason: 'MODEL_NOT_FOUND' });
    await expect(unload('m', 3)).rejects.toMatchObject({ reason: 'MODEL_VERSION_NOT_FOUND' });
  });

  it('forgets a version whose files are gone', async () => {
    await start({ 'm/1/model.onnx': one, 'm/2/model.onnx': two });
    await rm(join(service.modelsFolder, 'm/2'), { recursive: true });
    await load('m');
    await whenModels(service, (models) => models.length === 1);
    expect(await listed(service)).toEqual(['m 1 READY']);
  });
});

describe('a model under load', () => {
  it('is replaced again and again without a failed request', async () => {
    await start({ 'm/1/model.onnx': one });
    let replacing = true;
    const seen = new Set<number | undefined>();
    const ask = async (): Promise<void> => {
      while (replacing) seen.add(await answerOf(service, 'm'));
    };
    const asking = Array.from({ length: 8 }, ask);
    for (const model of [two, three, one, two, three]) {
      await placeVersion(join(service.modelsFolder, 'm'), '1', { 'model.onnx': model });
      await load('m', 1);
    }
    for (const version of [2, 3, 4]) {
      const folder = join(service.modelsFolder, 'm');
      await placeVersion(folder, String(version), { 'model.onnx': linearModel([10 * version], 0) });
      await load('m', version);
      await unload('m', version - 1);
    }
    replacing = false;
    await Promise.all(asking);
    expect(seen.has(3)).toBe(true);
    expect(await answerOf(service, 'm')).toBe(40);
  });
});

describe('the control of models', () => {
  it('is off with none: all stays as it was at the start', async () => {
    await start({ 'm/1/model.onnx': one }, { control: 'none' });
    const refusal = {
      reason: 'MODEL_CONTROL_OFF',
      message: expect.stringContaining('SCOREMESH_MODEL_CONTROL'),
    };
    await expect(load('m')).rejects.toMatchObject(refusal);
    await expect(unload('m')).rejects.toMatchObject(refusal);
    const alias = { name: 'm', alias: 'champion' };
    await expect(service.models.SetAlias({ ...alias, version: 1 }, newCall())).rejects.toMatchObject(refusal);
    await expect(service.models.RollbackAlias(alias, newCall())).rejects.toMatchObject(refusal);
    expect(await answerOf(service, 'm')).toBe(1);
  });

  it('with poll refuses to load and unload as Triton does', async () => {
    await start({ 'm/1/model.onnx': one }, { control: 'poll' });
    const refusal = {
      reason: 'MODEL_CONTROL_OFF',
      code: 14,
      message: 'explicit model load / unload is not allowed if polling is enabled',
    };
    await expect(load('m')).rejects.toMatchObject(refusal);
    await expect(unload('m')).rejects.toMatchObject(refusal);
  });
});
