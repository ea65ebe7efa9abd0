import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { newCall, startService, type TestService, writeModels } from '../mesh-parts.ts';
import { gatherModel, linearModel } from '../onnx-models.ts';
import { answerOf, listed, modelOf, placeVersion } from './life-cycle-parts.ts';

const good = linearModel([1], 0);
const newer = linearModel([2], 0);
/** A case in which the model answers this to x = 1. */
const golden = (y: number): string => {
  const tensor = (name: string, value: number) => ({ name, datatype: 'FP32', shape: [1, 1], data: [value] });
  return JSON.stringify({ cases: [{ inputs: [tensor('x', 1)], outputs: [tensor('y', y)] }] });
};

let service: TestService;
afterEach(() => service.closers.close());

describe('a version that can not be used is FAILED with its reason, and the mesh goes on:', () => {
  it.each([
    ['a file that is no model', { 'model.onnx': 'this is no model at all' }, 'it is not an ONNX model'],
    ['a truncated file', { 'model.onnx': newer.subarray(0, newer.length - 20) }, 'cut short or damaged'],
    ['an empty file', { 'model.onnx': '' }, 'it is empty'],
    ['no file', { 'notes.txt': 'x' }, "'m/2/model.onnx' is missing"],
    ['an oversized file', { 'model.onnx': Buffer.concat([newer, Buffer.alloc(9000)]) }, 'more than the 8192'],
    [
      'golden cases that it does not answer',
      { 'model.onnx': newer, 'golden.json': golden(7) },
      'golden.json',
    ],
    ['a model.yaml that says nonsense', { 'model.onnx': newer, 'model.yaml': 'inputs: 7' }, 'model.yaml'],
    [
      'a manifest that is not kept',
      { 'model.onnx': newer, 'manifest.json': manifest('0'.repeat(64)) },
      'is not as its manifest.json says',
    ],
    ['a manifest that is none', { 'model.onnx': newer, 'manifest.json': '[]' }, 'manifest.json'],
  ])('%s', async (_what, files, reason) => {
    service = await startService({ 'm/1/model.onnx': good }, { maxModelBytes: 8192 });
    await placeVersion(join(service.modelsFolder, 'm'), '2', files);
    await expect(service.models.LoadModel({ name: 'm', version: 0 }, newCall())).rejects.toMatchObject({
      reason: 'MODEL_INVALID',
      message: expect.stringContaining(reason),
    });
    expect(await listed(service)).toEqual(['m 1 READY', 'm 2 FAILED']);
    const { reason: shown } = await modelOf(service, 'm@2');
    expect(shown).toContain(reason);
    expect(shown).not.toContain(service.modelsFolder);
    expect(await answerOf(service, 'm')).toBe(1);
    await expect(answerOf(service, 'm@2')).rejects.toMatchObject({ reason: 'MODEL_NOT_READY' });
  });

  it('one whose last three loads the process did not live to see the end of, until somebody asks for it', async () => {
    const closers = createClosers(silentLog);
    const loads = [{ model: 'm', version: 2, ended: 3 }];
    const registryFolder = await writeModels({ '.loading.json': JSON.stringify({ loads }) }, closers);
    const files = { 'm/1/model.onnx': good, 'm/2/model.onnx': newer };
    service = await startService(files, { registryFolder });
    expect(await listed(service)).toEqual(['m 1 READY', 'm 2 FAILED']);
    expect((await modelOf(service, 'm@2')).reason).toContain('during each of its last 3 loads');
    expect(await answerOf(service, 'm')).toBe(1);
    await service.models.LoadModel({ name: 'm', version: 2 }, newCall());
    expect(await answerOf(service, 'm')).toBe(2);
    await service.closers.close();
    service = await startService(files, { registryFolder });
    expect(await listed(service)).toEqual(['m 1 READY', 'm 2 READY']);
    await closers.close();
  });

  it('one that ONNX Runtime fails on when it is tried', async () => {
    const index = { name: 'index', datatype: 'INT64', shape: [1], data: [99] };
    const outside = { inputs: [index], outputs: [{ name: 'y', datatype: 'FP32', shape: [1], data: [0] }] };
    service = await startService({
      'm/1/model.onnx': good,
      'throws/1/model.onnx': gatherModel([1, 2, 3]),
      'throws/1/golden.json': JSON.stringify({ cases: [outside] }),
    });
    expect(await listed(service)).toEqual(['m 1 READY', 'throws 1 FAILED']);
    expect((await modelOf(service, 'throws')).reason).toMatch(/'throws\/1\/model.onnx'.*ONNX Runtime/);
    expect(await answerOf(service, 'm')).toBe(1);
  });

  it('in the place of one that answers, which goes on and says why', async () => {
    service = await startService({ 'm/1/model.onnx': good, 'm/1/golden.json': golden(1) });
    const { digest } = await modelOf(service, 'm');
    await writeFile(join(service.modelsFolder, 'm/1/model.onnx'), newer);
    await expect(service.models.LoadModel({ name: 'm', version: 1 }, newCall())).rejects.toMatchObject({
      reason: 'MODEL_INVALID',
    });
    const model = await modelOf(service, 'm');
    expect(model).toMatchObject({ digest, state: 'MODEL_STATE_READY', goldenCases: 1 });
    expect(model.reason).toMatch(/answers with what was loaded before.*golden\.json/);
    expect(await answerOf(service, 'm')).toBe(1);
  });

  it('one that is cut short after it was loaded', async () => {
    service = await startService({ 'm/1/model.onnx': good });
    await truncate(join(service.modelsFolder, 'm/1/model.onnx'), 10);
    expect(await answerOf(service, 'm')).toBe(1);
    await expect(service.models.LoadModel({ name: 'm', version: 0 }, newCall())).rejects.toThrow();
    expect(await answerOf(service, 'm')).toBe(1);
  });

  it.each(['latest', '01', '-1', '0', '1.5', '4294967296', '1 '])('a version named %j', async (name) => {
    service = await startService({ 'm/1/model.onnx': good, [`m/${name}/model.onnx`]: newer });
    expect(await listed(service)).toEqual(['m 0 FAILED', 'm 1 READY']);
    const { models } = await service.models.ListModels({}, newCall());
    expect(models[0]?.reason).toBe(
      `'m/${name}' is no version; a version's folder is named by an integer from 1, e.g. 'm/1'`,
    );
    expect(await answerOf(service, 'm')).toBe(1);
  });

  it('a model whose name is none', async () => {
    service = await startService({ 'm/1/model.onnx': good, 'a b/1/model.onnx': good });
    const { models } = await service.models.ListModels({}, newCall());
    expect(models.map(({ name, state }) => [name, state])).toEqual([
      ['a b', 'MODEL_STATE_FAILED'],
      ['m', 'MODEL_STATE_READY'],
    ]);
    expect(models[0]?.reason).toContain("'a b' is no model name");
  });

  it('a model without any version, and one whose folder is gone', async () => {
    service = await startService({ 'm/1/model.onnx': good });
    await mkdir(join(service.modelsFolder, 'empty'));
    await expect(service.models.LoadModel({ name: 'empty', version: 0 }, newCall())).rejects.toMatchObject({
      reason: 'MODEL_VERSION_NOT_FOUND',
    });
    await rm(join(service.modelsFolder, 'm'), { recursive: true });
    await expect(service.models.LoadModel({ name: 'm', version: 0 }, newCall())).rejects.toMatchObject({
      reason: 'MODEL_NOT_FOUND',
    });
  });
});

function manifest(digest: string): string {
  return JSON.stringify({ files: { 'model.onnx': `sha256:${digest}` } });
}
