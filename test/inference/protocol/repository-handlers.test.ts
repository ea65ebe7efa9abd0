import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { floatsOf, rowsRequest, startService, type TestService } from '../mesh-parts.ts';
import { linearModel } from '../onnx-models.ts';
import { connectHandlers, type WireClient } from './wire.ts';

const plain = linearModel([1, 1], 0);
const shifted = linearModel([1, 1], 100);
let service: TestService;
let client: WireClient;
afterEach(() => service?.closers.close());

async function start(more: Readonly<Record<string, Buffer>> = {}): Promise<void> {
  service = await startService({
    ...more,
    'm/1/model.onnx': plain,
    'broken/2/model.onnx': Buffer.from('broken'),
    'bad name/1/model.onnx': plain,
  });
  client = await connectHandlers(service.inference, service.closers);
}
async function index(ready = false): Promise<string[]> {
  const { models } = await client.call('RepositoryIndex', { ready });
  return models.map(({ name, version, state }) => [name, version, state].join(' '));
}
async function answer(): Promise<number | undefined> {
  const { rawOutputContents } = await client.call('ModelInfer', rowsRequest('m', [[1, 2]]));
  return floatsOf(rawOutputContents[0])[0];
}

describe('the index', () => {
  it('lists every version with its state and why it is not ready, or only those that are', async () => {
    await start();
    expect(await index()).toEqual(['bad name  UNAVAILABLE', 'broken 2 UNAVAILABLE', 'm 1 READY']);
    expect(await index(true)).toEqual(['m 1 READY']);
    const { models } = await client.call('RepositoryIndex', {});
    expect(models.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("'bad name' is no model name"),
      expect.stringContaining("'broken/2/model.onnx' can't be used"),
      '',
    ]);
  });
});

describe('a load and an unload', () => {
  it('take a model away and bring it back', async () => {
    await start();
    await client.call('RepositoryModelUnload', {
      modelName: 'm',
      parameters: { unload_dependents: { boolParam: true } },
    });
    expect(await index()).toEqual(['bad name  UNAVAILABLE', 'broken 2 UNAVAILABLE', 'm 1 UNAVAILABLE']);
    await expect(answer()).rejects.toMatchObject({ code: status.NOT_FOUND });
    await client.call('RepositoryModelLoad', { modelName: 'm' });
    expect(await index(true)).toEqual(['m 1 READY']);
    expect(await answer()).toBe(3);
  });

  it('takes content and configuration from the call until it is loaded without', async () => {
    await start();
    await client.call('RepositoryModelLoad', {
      modelName: 'm',
      parameters: {
        config: {
          stringParam: JSON.stringify({ max_batch_size: 4, parameters: { owner: { string_value: 'me' } } }),
        },
        'file:7/model.onnx': { bytesParam: shifted },
      },
    });
    expect(await index(true)).toEqual(['m 7 READY']);
    expect(await answer()).toBe(103);
    const { config } = await client.call('ModelConfig', { name: 'm' });
    expect(config).toMatchObject({
      maxBatchSize: 4,
      parameters: { owner: { stringValue: 'me' } },
      input: [{ name: 'x', dataType: 'TYPE_FP32', dims: ['2'] }],
    });
    await client.call('RepositoryModelLoad', { modelName: 'm' });
    expect(await index(true)).toEqual(['m 1 READY']);
    expect(await answer()).toBe(3);
  });

  it.each([
    ['broken content of the version that answers', 'file:1/model.onnx', status.FAILED_PRECONDITION],
    ['broken content of an older version', 'file:1/model.onnx', status.FAILED_PRECONDITION],
    ['content of a version that can not be', 'file:99999999999999999999/model.onnx', status.INVALID_ARGUMENT],
  ])('that brings %s fails, and what answered goes on', async (what, file, code) => {
    const files = what.includes('older') ? { 'm/3/model.onnx': shifted } : {};
    await start(files);
    const before = await answer();
    await expect(
      client.call('RepositoryModelLoad', {
        modelName: 'm',
        parameters: { [file]: { bytesParam: Buffer.from('broken') } },
      }),
    ).rejects.toMatchObject({ code });
    expect(await answer()).toBe(before);
  });

  it('fail with why the model can not be used', async () => {
    await start();
    await expect(client.call('RepositoryModelLoad', { modelName: 'broken' })).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringContaining("'broken/2/model.onnx' can't be used"),
    });
  });

  const load = 'RepositoryModelLoad' as const;
  const unload = 'RepositoryModelUnload' as const;
  it.each([
    [load, 'a name', {}, 'model_name: is empty'],
    [unload, 'a name', {}, 'model_name: is empty'],
    [
      load,
      'a parameter',
      { modelName: 'm', parameters: { force: { boolParam: true } } },
      'parameters.force: is no parameter of a load',
    ],
    [
      unload,
      'a parameter',
      { modelName: 'm', parameters: { force: { boolParam: true } } },
      'parameters.force: is no parameter of an unload',
    ],
    [
      unload,
      'a flag',
      { modelName: 'm', parameters: { unload_dependents: { int64Param: 1 } } },
      'parameters.unload_dependents: is an int64_param; send a bool_param',
    ],
    [
      load,
      'a text',
      { modelName: 'm', parameters: { config: { bytesParam: Buffer.from('{}') } } },
      'parameters.config: is a bytes_param; send the JSON as string_param',
    ],
    [
      load,
      'content',
      { modelName: 'm', parameters: { 'file:1/model.onnx': { stringParam: '' } } },
      'is a string_param; send the content as bytes_param',
    ],
    [
      load,
      'JSON',
      { modelName: 'm', parameters: { config: { stringParam: '{' } } },
      'parameters.config: it is no JSON',
    ],
    [
      load,
      'a field',
      { modelName: 'm', parameters: { config: { stringParam: '{"max_batch_sise":1}' } } },
      'max_batch_sise',
    ],
    [
      load,
      'a path',
      { modelName: 'm', parameters: { 'file:../model.onnx': { bytesParam: plain } } },
      "'file:../model.onnx' is no file of a version",
    ],
  ])('%s refuses %s that it can not use', async (method, _what, request, details) => {
    await start();
    await expect(client.call(method, request)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(details),
    });
    expect(await answer()).toBe(3);
  });

  it.each([load, unload])('%s refuses a model that is not there, and another repository', async (method) => {
    await start();
    await expect(client.call(method, { modelName: 'nobody' })).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: expect.stringContaining("'nobody'"),
    });
    await expect(client.call(method, { modelName: 'm', repositoryName: 'r' })).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
      details: expect.stringContaining("'repository_name' specification is not supported"),
    });
  });
});
