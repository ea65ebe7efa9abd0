import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { InferenceConfig } from '../../../../services/inference/config.ts';
import { listed, modelOf } from '../../lifecycle/life-cycle-parts.ts';
import {
  floatsOf,
  inferRequest,
  type ModelFiles,
  newCall,
  rowsRequest,
  startService,
  type TestService,
} from '../../mesh-parts.ts';
import { buildModel, identityModel, linearModel, runningSumModel } from '../../onnx-models.ts';

const linear = linearModel([2], 1);
let service: TestService;

async function start(files: ModelFiles, settings: Partial<InferenceConfig> = {}): Promise<void> {
  service = await startService(files, settings);
}
afterEach(() => service.closers.close());

describe('a model with a config.pbtxt', () => {
  it('takes requests of at most max_batch_size rows', async () => {
    await start({ 'm/1/model.onnx': linear, 'm/config.pbtxt': 'max_batch_size: 2' });
    const answer = await service.inference.ModelInfer(rowsRequest('m', [[1], [2]]), newCall());
    expect(floatsOf(answer.rawOutputContents[0])).toEqual([3, 5]);
    await expect(
      service.inference.ModelInfer(rowsRequest('m', [[1], [2], [3]]), newCall()),
    ).rejects.toMatchObject({
      reason: 'TENSOR_INVALID',
      message: expect.stringContaining("inference request batch-size must be <= 2 for 'm'"),
    });
    expect(await modelOf(service, 'm')).toMatchObject({ maxBatchRows: 2 });
  });

  it('has literal shapes with max_batch_size 0, of which no dimension is a number of rows', async () => {
    await start(
      { 'm/1/model.onnx': identityModel('FP32', ['N']), 'm/config.pbtxt': 'max_batch_size: 0' },
      { maxBatchRows: 4 },
    );
    const raw = Float32Array.from([1, 2, 3, 4, 5]);
    const request = inferRequest('m', [{ name: 'x', datatype: 'FP32', shape: [5], raw }]);
    const answer = await service.inference.ModelInfer(request, newCall());
    expect(floatsOf(answer.rawOutputContents[0])).toEqual([...raw]);
  });

  it('takes a first dimension of any size where it turns out not to count rows', async () => {
    await start({ 'm/1/model.onnx': runningSumModel() }, { maxBatchRows: 4 });
    const raw = Float32Array.from([1, 1, 1, 1, 1, 1]);
    const request = inferRequest('m', [{ name: 'x', datatype: 'FP32', shape: [6], raw }]);
    const answer = await service.inference.ModelInfer(request, newCall());
    expect(floatsOf(answer.rawOutputContents[0])).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is loaded from the file that it names', async () => {
    await start({ 'm/1/net.onnx': linear, 'm/config.pbtxt': 'default_model_filename: "net.onnx"' });
    expect(await listed(service)).toEqual(['m 1 READY']);
  });

  it('refuses requests of another size where it fixes one that the model leaves open', async () => {
    await start({
      'm/1/model.onnx': identityModel('FP32', ['N', 'M']),
      'm/config.pbtxt': 'max_batch_size: 8 input { name: "x" data_type: TYPE_FP32 dims: 2 }',
    });
    await service.inference.ModelInfer(rowsRequest('m', [[1, 2]]), newCall());
    await expect(
      service.inference.ModelInfer(rowsRequest('m', [[1, 2, 3]]), newCall()),
    ).rejects.toMatchObject({
      reason: 'TENSOR_INVALID',
      message: expect.stringContaining('Expected [-1,2], got [1,3]'),
    });
  });

  it('has the versions that its policy wants', async () => {
    await start({
      'm/1/model.onnx': linear,
      'm/2/model.onnx': linear,
      'm/3/model.onnx': linear,
      'm/config.pbtxt': 'version_policy { specific { versions: [ 1, 3 ] } }',
    });
    const states = (await listed(service)).map((line) => line.replace(/ @.*/, ''));
    expect(states).toEqual(['m 1 READY', 'm 2 UNLOADED', 'm 3 READY']);
  });

  it('fails with what is wrong with it, and the others serve', async () => {
    await start({
      'm/1/model.onnx': linear,
      'm/config.pbtxt': 'max_batch_size: 2\ninput { name: "x" data_type: TYPE_FP99 }',
      'n/1/model.onnx': linear,
      'n/config.pbtxt': 'input { name: "x" data_type: TYPE_INT64 dims: [ -1, 1 ] }',
      'o/1/model.onnx': linear,
    });
    expect(await listed(service)).toEqual(['m 1 FAILED', 'n 1 FAILED', 'o 1 READY']);
    expect((await modelOf(service, 'm')).reason).toMatch(
      /^'m\/config.pbtxt' can't be used: 2:30: input.data_type: expected one of/,
    );
    expect((await modelOf(service, 'n')).reason).toBe(
      "'n/1' can't be used: its configuration does not agree with the model: input 'x': data_type is TYPE_INT64, but the model's is TYPE_FP32",
    );
  });

  it('is served anew when the file has changed and it is loaded again', async () => {
    await start({ 'm/1/model.onnx': linear, 'm/config.pbtxt': 'max_batch_size: 2' });
    await writeFile(join(service.modelsFolder, 'm/config.pbtxt'), 'max_batch_size: 3');
    await service.models.LoadModel({ name: 'm', version: 0 }, newCall());
    expect(await modelOf(service, 'm')).toMatchObject({ maxBatchRows: 3 });
  });
});

describe('a model whose tensors each name their first dimension', () => {
  const shape = (symbol: string) => [symbol, 1];
  const sum = buildModel({
    inputs: [
      { name: 'a', type: 'FP32', shape: shape('A') },
      { name: 'b', type: 'FP32', shape: shape('B') },
    ],
    outputs: [{ name: 'total', type: 'FP32', shape: shape('C') }],
    nodes: [{ op: 'Add', inputs: ['a', 'b'], outputs: ['total'] }],
  });
  const infer = (...rows: number[]) => {
    const [a, b] = rows.map((count) => new Float32Array(count).fill(1));
    return service.inference.ModelInfer(
      inferRequest('m', [
        { name: 'a', datatype: 'FP32', shape: [a!.length, 1], raw: a! },
        { name: 'b', datatype: 'FP32', shape: [b!.length, 1], raw: b! },
      ]),
      newCall(),
    );
  };

  it('is not batched, because nothing says that they are the same', async () => {
    await start({ 'm/1/model.onnx': sum });
    expect(await modelOf(service, 'm')).toMatchObject({ batchClass: 'BATCH_CLASS_NONE' });
    expect(floatsOf((await infer(1, 3)).rawOutputContents[0])).toEqual([2, 2, 2]);
  });

  it('is batched if its configuration says that they are the batch, and requests must agree then', async () => {
    await start({ 'm/1/model.onnx': sum, 'm/config.pbtxt': 'max_batch_size: 4' });
    expect(await modelOf(service, 'm')).toMatchObject({
      batchClass: 'BATCH_CLASS_INVARIANT',
      maxBatchRows: 4,
    });
    expect(floatsOf((await infer(2, 2)).rawOutputContents[0])).toEqual([2, 2]);
    await expect(infer(1, 3)).rejects.toMatchObject({
      reason: 'TENSOR_INVALID',
      message: expect.stringContaining("batch size does not match other inputs for 'm'"),
    });
  });
});

describe('a configuration that comes with a load', () => {
  const load = (config: string) =>
    service.inference.RepositoryModelLoad(
      {
        repositoryName: '',
        modelName: 'm',
        parameters: { config: { stringParam: config, parameterChoice: 'stringParam' } },
      },
      newCall(),
    );
  const batchSize = async () =>
    (await service.inference.ModelConfig({ name: 'm', version: '' }, newCall())).config?.maxBatchSize;

  it('holds in place of config.pbtxt, with its policy, until the model is loaded without one', async () => {
    await start({
      'm/1/model.onnx': linear,
      'm/2/model.onnx': linear,
      'm/config.pbtxt': 'max_batch_size: 2 version_policy { latest { } }',
    });
    expect(await listed(service)).toEqual(['m 1 UNLOADED', 'm 2 READY']);
    await load('{"maxBatchSize": 5, "versionPolicy": {"specific": {"versions": [1, 2]}}}');
    expect(await listed(service)).toEqual(['m 1 READY', 'm 2 READY']);
    expect(await batchSize()).toBe(5);
    await service.models.LoadModel({ name: 'm', version: 0 }, newCall());
    expect(await batchSize()).toBe(2);
  });

  it('leaves everything as it is if it can not be honoured', async () => {
    await start({ 'm/1/model.onnx': linear, 'm/config.pbtxt': 'max_batch_size: 2' });
    await expect(load('{"instance_group": [{"kind": "KIND_GPU"}]}')).rejects.toThrow(
      'KIND_GPU is not possible',
    );
    expect(await batchSize()).toBe(2);
  });

  it('may be the one that the server tells, which changes nothing', async () => {
    await start({
      'm/1/model.onnx': linear,
      'm/config.pbtxt': 'max_batch_size: 2 instance_group { count: 2 }',
    });
    const { config } = await service.inference.ModelConfig({ name: 'm', version: '' }, newCall());
    await load(JSON.stringify(config, (key, value) => (key === 'policyChoice' ? undefined : value)));
    expect((await service.inference.ModelConfig({ name: 'm', version: '' }, newCall())).config).toEqual(
      config,
    );
  });
});

it('a model is told to clients as one configuration and as metadata that agree', async () => {
  await start({
    'b/1/model.onnx': linear,
    'b/config.pbtxt': 'max_batch_size: 2',
    'n/1/model.onnx': linear,
    'n/config.pbtxt': 'max_batch_size: 0',
  });
  for (const [name, shape, dims] of [
    ['b', ['-1', '1'], ['1']],
    ['n', ['-1', '1'], ['-1', '1']],
  ] as const) {
    const { config } = await service.inference.ModelConfig({ name, version: '' }, newCall());
    const metadata = await service.inference.ModelMetadata({ name, version: '' }, newCall());
    expect(config?.input).toMatchObject([{ name: 'x', dataType: 'TYPE_FP32', dims }]);
    expect(metadata.inputs).toMatchObject([{ name: 'x', datatype: 'FP32', shape }]);
    expect(config?.maxBatchSize).toBe(name === 'b' ? 2 : 0);
  }
});

it('a model that takes longer to load than it may fails, and says so', async () => {
  await start({ 'm/1/model.onnx': linear }, { loadLimitMs: 1 });
  expect(await modelOf(service, 'm')).toMatchObject({
    state: 'MODEL_STATE_FAILED',
    reason: expect.stringContaining("'m/1/model.onnx' can't be used: it was not loaded within 1 ms"),
  });
});

it('a model.yaml has the last word', async () => {
  await start({
    'm/1/model.onnx': linear,
    'm/1/model.yaml': 'serving: { max_batch_rows: 16, placement: worker, instances: 2 }',
    'm/config.pbtxt': 'max_batch_size: 2 instance_group { count: 5 }',
  });
  expect(await modelOf(service, 'm')).toMatchObject({
    maxBatchRows: 16,
    placement: 'PLACEMENT_WORKER',
    instances: 2,
  });
});
