import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseModelConfigJson } from '../../../../services/inference/repository/config/model-config-text.ts';
import { readServing } from '../../../../services/inference/repository/config/read-serving.ts';
import { readPolicy } from '../../../../services/inference/repository/config/version-policy.ts';
import { parseModelYaml } from '../../../../services/inference/repository/model-yaml.ts';
import type { ServingConfig } from '../../../../services/inference/repository/serving-config.ts';
import { type Closers, createClosers } from '../../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../../services/kit/log/log.ts';
import { writeModels } from '../../mesh-parts.ts';

let closers: Closers;
let modelsFolder: string;
let registryFolder: string;

beforeAll(async () => {
  closers = createClosers(silentLog);
  modelsFolder = await writeModels({}, closers);
  registryFolder = await writeModels({}, closers);
});
afterAll(() => closers.close());

let made = 0;

interface Given {
  readonly pbtxt?: string;
  /** In the version's folder. */
  readonly ownPbtxt?: string;
  readonly serving?: string;
  readonly override?: string;
  readonly isRegistered?: boolean;
}

async function serving({ pbtxt, ownPbtxt, serving, override, isRegistered }: Given): Promise<ServingConfig> {
  const model = `m${++made}`;
  const folder = join(isRegistered ? registryFolder : modelsFolder, model, '1');
  await mkdir(folder, { recursive: true });
  await mkdir(join(modelsFolder, model), { recursive: true });
  if (pbtxt !== undefined) await writeFile(join(modelsFolder, model, 'config.pbtxt'), pbtxt);
  if (ownPbtxt !== undefined) await writeFile(join(folder, 'config.pbtxt'), ownPbtxt);
  const yaml = serving === undefined ? undefined : parseModelYaml(`serving: ${serving}`);
  if (yaml !== undefined && 'faults' in yaml) throw new Error(yaml.faults.join());
  const given = override === undefined ? undefined : parseModelConfigJson(override);
  if (given !== undefined && 'faults' in given) throw new Error(given.faults.join());
  const config = { modelsFolder, registryFolder, maxBatchRows: 1024, maxQueuedRows: 8192 };
  return readServing({ model, version: 1, folder }, config, yaml?.value.serving, given?.value);
}

describe('how a version is served', () => {
  it('needs not be said', async () => {
    expect(await serving({})).toEqual({
      batched: true,
      maxBatchRows: 1024,
      batchDependentRows: false,
      maxQueuedRows: 8192,
      maxRequestRows: 1024,
      maxTensorBytes: 2 ** 30,
      instances: 1,
      placement: undefined,
      defaultTimeoutMs: undefined,
      defaultPriority: 2,
      warmup: [],
      fileName: 'model.onnx',
      given: undefined,
    });
  });

  it('is what config.pbtxt says', async () => {
    const pbtxt = `
      max_batch_size: 8
      default_model_filename: "net.onnx"
      instance_group { count: 2 kind: KIND_CPU } instance_group { kind: KIND_AUTO }
      dynamic_batching {
        priority_levels: 3 default_priority_level: 3
        default_queue_policy { default_timeout_microseconds: 1500 max_queue_size: 100 }
      }
      model_warmup { name: "w" inputs { key: "x" value { data_type: TYPE_FP32 dims: 4 zero_data: true } } }
    `;
    expect(await serving({ pbtxt })).toMatchObject({
      batched: true,
      maxBatchRows: 8,
      maxRequestRows: 8,
      maxQueuedRows: 100,
      instances: 3,
      defaultTimeoutMs: 1.5,
      defaultPriority: 3,
      warmup: [{ name: 'w' }],
      fileName: 'net.onnx',
      given: { maxBatchSize: 8 },
    });
  });

  it('is what serving of model.yaml says before config.pbtxt', async () => {
    const pbtxt = 'max_batch_size: 8 instance_group { count: 2 }';
    const yaml =
      '{ max_batch_rows: 32, batch_dependent_rows: true, max_queued_rows: 64, max_request_rows: 48, max_tensor_bytes: 1000, instances: 4, placement: worker, default_timeout_ms: 0.5, default_priority: 1 }';
    expect(await serving({ pbtxt, serving: yaml })).toMatchObject({
      batched: true,
      maxBatchRows: 32,
      batchDependentRows: true,
      maxQueuedRows: 64,
      maxRequestRows: 48,
      maxTensorBytes: 1000,
      instances: 4,
      placement: 'worker',
      defaultTimeoutMs: 0.5,
      defaultPriority: 1,
    });
  });

  it('is what a load was given before config.pbtxt, which is not even read then', async () => {
    expect(await serving({ pbtxt: 'nonsense', override: '{"max_batch_size": 4}' })).toMatchObject({
      maxBatchRows: 4,
    });
  });

  it.each([
    ['max_batch_size: 0', false],
    ['input { name: "x" } output { name: "y" }', false],
    ['input { name: "x" }', true],
    ['name: ""', true],
    ['max_batch_size: 1', true],
  ])('shares runs or not by %s', async (pbtxt, batched) => {
    expect(await serving({ pbtxt })).toMatchObject({ batched });
  });

  it('shares runs if model.yaml gives their size, whatever config.pbtxt says', async () => {
    expect(await serving({ pbtxt: 'max_batch_size: 0', serving: '{ max_batch_rows: 4 }' })).toMatchObject({
      batched: true,
      maxBatchRows: 4,
    });
  });

  it('never takes a request that could not wait', async () => {
    expect(await serving({ serving: '{ max_queued_rows: 10 }' })).toMatchObject({ maxRequestRows: 10 });
  });

  it('is of a registered version what its own config.pbtxt says, or else that of the model', async () => {
    const pbtxt = 'max_batch_size: 8';
    expect(await serving({ pbtxt, isRegistered: true })).toMatchObject({ maxBatchRows: 8 });
    expect(await serving({ pbtxt, ownPbtxt: 'max_batch_size: 4', isRegistered: true })).toMatchObject({
      maxBatchRows: 4,
    });
  });

  it.each([
    ['dynamic_batching { priority_levels: 1 }', 1],
    ['dynamic_batching { priority_levels: 2 }', 2],
    ['dynamic_batching { default_priority_level: 3 }', 3],
    ['dynamic_batching { }', 2],
  ])('has the default priority that follows from %s', async (pbtxt, defaultPriority) => {
    expect(await serving({ pbtxt })).toMatchObject({ defaultPriority });
  });

  it('passes with what has no effect and harms nobody', async () => {
    await serving({
      pbtxt: `
        platform: "onnxruntime_onnx" backend: "onnxruntime" metric_tags { key: "a" value: "b" }
        dynamic_batching { preferred_batch_size: 4 max_queue_delay_microseconds: 100 preserve_ordering: true }
        parameters { key: "intra_op_thread_count" value { string_value: "1" } }
        parameters { key: "mine" value { string_value: "x" } }
        input { name: "x" data_type: TYPE_FP32 dims: [ 2, 2 ] reshape { shape: [ 2, 2 ] } }
        model_transaction_policy { decoupled: false } response_cache { enable: false }
      `,
    });
  });
});

describe('what can not be honoured is refused by name:', () => {
  it.each([
    ['name: "other"', "name: is 'other', but the model is 'm"],
    ['platform: "pytorch_libtorch"', "platform: 'pytorch_libtorch' is not served"],
    ['backend: "python"', "backend: 'python' is not served"],
    ['max_batch_size: -1', 'max_batch_size: is -1'],
    ['version_policy { specific { } }', 'version_policy.specific.versions: names no version'],
    ['version_policy { specific { versions: 0 } }', 'version_policy.specific.versions: 0 is no version'],
    ['input { }', 'input: one has no name'],
    ['input { name: "x" } input { name: "x" }', "input 'x': is listed twice"],
    ['input { name: "x" dims: -2 }', "input 'x': dims has -2"],
    ['input { name: "x" dims: 1 reshape { } }', "input 'x': reshape to []"],
    ['input { name: "x" optional: true }', "input 'x': optional"],
    ['input { name: "x" allow_ragged_batch: true }', "input 'x': allow_ragged_batch"],
    ['output { name: "y" is_shape_tensor: true }', "output 'y': is_shape_tensor"],
    ['instance_group { kind: KIND_GPU }', 'instance_group.kind: KIND_GPU'],
    ['instance_group { kind: KIND_MODEL }', 'instance_group.kind: KIND_MODEL'],
    ['instance_group { count: -1 }', 'instance_group.count: is -1'],
    ['instance_group { count: 65 }', 'instance_group: 65 instances are more than the 64'],
    ['dynamic_batching { priority_levels: 4 }', 'dynamic_batching.priority_levels: is 4'],
    [
      'dynamic_batching { priority_levels: 2 default_priority_level: 3 }',
      'dynamic_batching.default_priority_level: is 3, but there are 2',
    ],
    ['dynamic_batching { default_queue_policy { timeout_action: DELAY } }', 'timeout_action: DELAY'],
    [
      'dynamic_batching { priority_queue_policy { key: 1 value { } } }',
      'dynamic_batching.priority_queue_policy',
    ],
    [
      'default_model_filename: "../model.onnx"',
      'default_model_filename: "../model.onnx" is no name of a file',
    ],
    ['default_model_filename: ".."', 'default_model_filename: ".."'],
    ['default_model_filename: "a\\\\b"', 'default_model_filename'],
    ['default_model_filename: "a\\0"', 'default_model_filename'],
    [
      'parameters { key: "intra_op_thread_count" value { string_value: "4" } }',
      'parameters.intra_op_thread_count',
    ],
    ['parameters { key: "execution_mode" value { string_value: "1" } }', 'parameters.execution_mode'],
    [
      'parameters { key: "session.set_denormal_as_zero" value { } }',
      'parameters.session.set_denormal_as_zero',
    ],
    [
      'model_warmup { inputs { key: "x" value { input_data_file: "f" } } }',
      "model_warmup '0': input_data_file of 'x'",
    ],
    ['model_warmup { name: "w" inputs { key: "x" } }', "model_warmup 'w': 'x' needs zero_data"],
    ['model_transaction_policy { decoupled: true }', 'model_transaction_policy.decoupled'],
    ['response_cache { enable: true }', 'response_cache.enable'],
    ['ensemble_scheduling { }', '1:1: ensemble_scheduling'],
  ])('%s', async (pbtxt, message) => {
    const failure = await serving({ pbtxt }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ reason: 'MODEL_INVALID', message: expect.stringContaining(message) });
    expect((failure as Error).message).toContain(`'m${made}/config.pbtxt' can't be used: `);
  });

  it('everything at once', async () => {
    await expect(serving({ pbtxt: 'backend: "a" response_cache { enable: true }' })).rejects.toThrow(
      /backend: .*; response_cache.enable: /,
    );
  });

  it('a policy of versions in the configuration of one', async () => {
    await expect(serving({ ownPbtxt: 'version_policy { all { } }' })).rejects.toThrow(
      /m\d+\/1\/config.pbtxt' can't be used: version_policy: is for the whole model/,
    );
  });

  it('in what a load was given', async () => {
    await expect(serving({ override: '{"backend": "python"}' })).rejects.toThrow(
      /'the configuration given for m\d+' can't be used: backend/,
    );
  });
});

describe('the versions that a config.pbtxt wants', () => {
  it.each([
    [undefined, { kind: 'all' }],
    ['', { kind: 'all' }],
    ['version_policy { }', { kind: 'all' }],
    ['version_policy { all { } }', { kind: 'all' }],
    ['version_policy { latest { } }', { kind: 'latest', count: 1 }],
    ['version_policy { latest { num_versions: 3 } }', { kind: 'latest', count: 3 }],
    ['version_policy { specific { versions: [ 1, 7 ] } }', { kind: 'specific', versions: [1, 7] }],
  ])('are of %s', async (pbtxt, policy) => {
    const folder = join(modelsFolder, `p${++made}`);
    await mkdir(folder);
    if (pbtxt !== undefined) await writeFile(join(folder, 'config.pbtxt'), pbtxt);
    expect(await readPolicy(folder)).toEqual(policy);
  });

  it('can not be told from one that is wrong, too large or no file', async () => {
    const folder = join(modelsFolder, `p${++made}`);
    await mkdir(folder);
    const path = join(folder, 'config.pbtxt');
    await writeFile(path, 'version_policy { specific { versions: -1 } }');
    await expect(readPolicy(folder)).rejects.toMatchObject({ reason: 'MODEL_INVALID' });
    await writeFile(path, Buffer.alloc(2 ** 18 + 1, ' '));
    await expect(readPolicy(folder)).rejects.toThrow(
      'it has 262145 bytes, more than the 262144 that are allowed',
    );
    await mkdir(join(folder, 'inner', 'config.pbtxt'), { recursive: true });
    await expect(readPolicy(join(folder, 'inner'))).rejects.toThrow(
      "'inner/config.pbtxt' can't be used: it is no plain file",
    );
  });
});
