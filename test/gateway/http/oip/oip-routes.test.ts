import { describe, expect, it } from 'vitest';
import type { HttpConfig } from '../../../../gateway/http/http-server.ts';
import type { InferenceContract } from '../../../../services/contracts.ts';
import type { Client } from '../../../../services/kit/contract/contract.ts';
import { MeshError } from '../../../../services/kit/errors/mesh-error.ts';
import { testClosers } from '../../../kit/rpc/processes.ts';
import { startHttp } from '../http-fixture.ts';
import { errorOf, inferPath } from './infer-fixture.ts';
import { modelConfig, modelStatistics } from './samples.ts';

const closers = testClosers();
const start = (inference: Partial<Client<InferenceContract>>, config: Partial<HttpConfig> = {}) =>
  startHttp(closers, { inference }, config);

describe('the other routes of the protocol', () => {
  it('tell what the server is, and whether it lives and is ready', async () => {
    let ready = true;
    const { base } = await start({
      ServerMetadata: async () => ({ name: 'scoremesh', version: '1', extensions: ['statistics'] }),
      ServerLive: async () => ({ live: true }),
      ServerReady: async () => ({ ready }),
    });
    expect(await (await fetch(`${base}/v2`)).json()).toEqual({
      name: 'scoremesh',
      version: '1',
      extensions: ['statistics'],
    });
    expect((await fetch(`${base}/v2/health/live`)).status).toBe(200);
    expect((await fetch(`${base}/v2/health/ready`)).status).toBe(200);
    ready = false;
    const response = await fetch(`${base}/v2/health/ready`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ ready: false });
  });

  it('tell what a model is, of the version that is asked for', async () => {
    const asked: object[] = [];
    const { base } = await start({
      ModelMetadata: async (request) => {
        asked.push(request);
        return {
          name: 'a b',
          versions: ['1', '2'],
          platform: 'onnxruntime_onnx',
          inputs: [{ name: 'x', datatype: 'FP32', shape: ['-1', '3'] }],
          outputs: [{ name: 'y', datatype: 'INT64', shape: ['-1'] }],
          properties: { digest: 'sha256:1' },
        };
      },
      ModelReady: async ({ version }) => ({ ready: version !== '2' }),
    });
    expect(await (await fetch(`${base}/v2/models/a%20b`)).json()).toEqual({
      name: 'a b',
      versions: ['1', '2'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }],
      outputs: [{ name: 'y', datatype: 'INT64', shape: [-1] }],
      properties: { digest: 'sha256:1' },
    });
    await fetch(`${base}/v2/models/flight_delay@champion/versions/2`);
    expect(asked).toEqual([
      { name: 'a b', version: '' },
      { name: 'flight_delay@champion', version: '2' },
    ]);
    expect((await fetch(`${base}/v2/models/m/versions/1/ready`)).status).toBe(200);
    const response = await fetch(`${base}/v2/models/m/versions/2/ready`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ name: 'm', ready: false, error: 'Model version not ready' });
  });

  it('tell a model’s configuration as Triton writes it', async () => {
    const { base } = await start({ ModelConfig: async () => ({ config: modelConfig }) });
    expect(await (await fetch(`${base}/v2/models/m/config`)).json()).toEqual({
      name: 'm',
      platform: 'onnxruntime_onnx',
      backend: 'onnxruntime',
      version_policy: { specific: { versions: [1, 3] } },
      max_batch_size: 8,
      input: [
        {
          name: 'x',
          data_type: 'TYPE_FP32',
          format: 'FORMAT_NONE',
          dims: [-1, 3],
          reshape: { shape: [3] },
          is_shape_tensor: false,
          allow_ragged_batch: false,
          optional: false,
        },
      ],
      output: [{ name: 'y', data_type: 'TYPE_INT64', dims: [], label_filename: '', is_shape_tensor: false }],
      instance_group: [{ name: '', kind: 'KIND_CPU', count: 1 }],
      default_model_filename: 'model.onnx',
      metric_tags: { team: 'a' },
      dynamic_batching: {
        preferred_batch_size: [4],
        max_queue_delay_microseconds: 100,
        preserve_ordering: false,
        priority_levels: 3,
        default_priority_level: 2,
        default_queue_policy: {
          timeout_action: 'REJECT',
          default_timeout_microseconds: 5000,
          allow_timeout_override: true,
          max_queue_size: 16,
        },
        priority_queue_policy: {},
      },
      parameters: { k: { string_value: 'v' } },
      model_warmup: [
        {
          name: 'w',
          batch_size: 1,
          inputs: { x: { data_type: 'TYPE_FP32', dims: [3], zero_data: true } },
          count: 1,
        },
      ],
      model_transaction_policy: { decoupled: false },
      response_cache: { enable: false },
    });
  });

  it('tell statistics with all digits, of one version, of a model, of all', async () => {
    const asked: object[] = [];
    const { base } = await start({
      ModelStatistics: async (request) => {
        asked.push(request);
        return { modelStats: [modelStatistics] };
      },
    });
    const response = await fetch(`${base}/v2/models/stats`);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const text = await response.text();
    expect(text).toContain('"queue":{"count":3,"ns":9007199254740993}');
    const zero = { count: 0, ns: 0 };
    expect(JSON.parse(text)).toMatchObject({
      model_stats: [
        {
          name: 'm',
          version: '1',
          last_inference: 1700000000000,
          inference_count: 12,
          execution_count: 4,
          inference_stats: { success: { count: 3, ns: 100 }, fail: zero, cache_hit: zero, cache_miss: zero },
          response_stats: { '0': { success: { count: 1, ns: 2 }, cancel: zero } },
          batch_stats: [{ batch_size: 4, compute_infer: { count: 4, ns: 50 } }],
          memory_usage: [{ type: 'CPU', id: 0, byte_size: 4096 }],
        },
      ],
    });
    await fetch(`${base}/v2/models/m/stats`);
    await fetch(`${base}/v2/models/m/versions/1/stats`);
    expect(asked).toEqual([
      { name: '', version: '' },
      { name: 'm', version: '' },
      { name: 'm', version: '1' },
    ]);
  });

  it('list the repository, load with a configuration and files, and unload', async () => {
    const asked: object[] = [];
    const { post } = await start({
      RepositoryIndex: async (request) => {
        asked.push(request);
        return {
          models: [
            { name: 'm', version: '1', state: 'READY', reason: '' },
            { name: 'n', version: '', state: '', reason: '' },
          ],
        };
      },
      RepositoryModelLoad: async (request) => {
        asked.push({ ...request, parameters: { ...request.parameters } });
        return {};
      },
      RepositoryModelUnload: async (request) => {
        asked.push({ ...request, parameters: { ...request.parameters } });
        return {};
      },
    });
    expect(await (await post('/v2/repository/index', '')).json()).toEqual([
      { name: 'm', version: '1', state: 'READY', reason: '' },
      { name: 'n', reason: '' },
    ]);
    await post('/v2/repository/index', { ready: true });
    const load = await post('/v2/repository/models/m/load', {
      parameters: {
        config: '{"max_batch_size":2}',
        'file:1/model.onnx': Buffer.from('onnx!').toString('base64'),
      },
    });
    expect(load.status).toBe(200);
    await post('/v2/repository/models/m/unload', { parameters: { unload_dependents: true } });
    await post('/v2/repository/models/m/unload', '');
    expect(asked).toEqual([
      { repositoryName: '', ready: false },
      { repositoryName: '', ready: true },
      {
        repositoryName: '',
        modelName: 'm',
        parameters: {
          config: { stringParam: '{"max_batch_size":2}', parameterChoice: 'stringParam' },
          'file:1/model.onnx': { bytesParam: Buffer.from('onnx!'), parameterChoice: 'bytesParam' },
        },
      },
      {
        repositoryName: '',
        modelName: 'm',
        parameters: { unload_dependents: { boolParam: true, parameterChoice: 'boolParam' } },
      },
      { repositoryName: '', modelName: 'm', parameters: {} },
    ]);
  });

  it.each([
    ['/v2/repository/index', '{"ready":1}', 'ready: is no boolean'],
    ['/v2/repository/index', '[]', 'body: is no JSON object'],
    ['/v2/repository/models/m/load', '{', 'body: is not JSON'],
    ['/v2/repository/models/m/load', { parameters: [] }, 'parameters: is no object'],
    ['/v2/repository/models/m/load', { parameters: { config: {} } }, 'parameters.config: is no text'],
    ['/v2/repository/models/m/load', { parameters: { 'file:1/a': 'a b!' } }, 'is not base64'],
    ['/v2/repository/models/m/load', { parameters: { 'file:1/a': 'abc' } }, 'is not base64'],
    ['/v2/repository/models/m/load', { parameters: { 'file:1/a': 1 } }, 'is no text'],
    ['/v2/repository/models/m/load', '{"parameters":{"__proto__":1}}', '__proto__'],
  ])('refuse to POST %s with %j', async (path, body, message) => {
    const { post } = await start({});
    const response = await post(path, body);
    expect(response.status).toBe(400);
    expect((await errorOf(response)).error).toContain(message);
  });

  it.each([
    ['GET', '/v2/systemsharedmemory/status'],
    ['GET', '/v2/systemsharedmemory/region/r/status'],
    ['POST', '/v2/systemsharedmemory/region/r/register'],
    ['POST', '/v2/systemsharedmemory/region/r/unregister'],
    ['POST', '/v2/systemsharedmemory/unregister'],
    ['GET', '/v2/cudasharedmemory/status'],
    ['POST', '/v2/cudasharedmemory/region/r/register'],
    ['POST', '/v2/cudasharedmemory/unregister'],
    ['GET', '/v2/trace/setting'],
    ['POST', '/v2/models/m/trace/setting'],
    ['GET', '/v2/logging'],
    ['POST', '/v2/logging'],
  ])('answer %s %s with 501 and the reason that gRPC gives', async (method, path) => {
    const refuse = async (): Promise<never> => {
      throw new MeshError('NOT_SUPPORTED', 'not here, because');
    };
    const { base } = await start({
      SystemSharedMemoryStatus: refuse,
      SystemSharedMemoryRegister: refuse,
      SystemSharedMemoryUnregister: refuse,
      CudaSharedMemoryStatus: refuse,
      CudaSharedMemoryRegister: refuse,
      CudaSharedMemoryUnregister: refuse,
      TraceSetting: refuse,
      LogSettings: refuse,
    });
    const response = await fetch(base + path, { method, ...(method === 'POST' ? { body: '{}' } : {}) });
    expect(response.status).toBe(501);
    expect(await response.json()).toEqual({ error: 'not here, because', reason: 'NOT_SUPPORTED' });
  });

  it.each([
    ['GET', inferPath],
    ['POST', '/v2/models/m/nope'],
    ['GET', '/v2/nope'],
    ['POST', '/v2/repository/models/m/reload'],
  ])('answer %s %s, where nothing is, with 404 and an error of the protocol', async (method, path) => {
    const { base } = await start({});
    const response = await fetch(base + path, { method, ...(method === 'POST' ? { body: '{}' } : {}) });
    expect(response.status).toBe(404);
    expect((await errorOf(response)).error).toContain(`nothing is at ${method} ${path}`);
  });

  it.each([
    ['broken', '%'],
    ['too long', 'm'.repeat(300)],
  ])('answer a path that is %s with an error of the protocol', async (_what, name) => {
    const { base } = await start({});
    const response = await fetch(`${base}/v2/models/${name}`);
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ error: expect.any(String), reason: 'INVALID_REQUEST' });
  });
});
