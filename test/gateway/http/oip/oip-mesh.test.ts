import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Placed, place } from '../../../contract/placements.ts';
import {
  type ElementType,
  elementTypes,
  identityModel,
  linearModel,
  sumModel,
} from '../../../inference/onnx-models.ts';
import { rawOf } from './tensors/sample-tensor.ts';

const octets = { 'content-type': 'application/octet-stream' };
const headerLength = 'inference-header-content-length';
const datatypes = (Object.keys(elementTypes) as ElementType[]).filter((type) => type !== 'BF16');

/** Two values of each datatype that lose something on any detour. */
const extremes: Readonly<Record<string, readonly [string, unknown][]>> = {
  FP32: [
    ['0.1', 0.1],
    ['-3.4028235e+38', -3.4028234663852886e38],
  ],
  FP64: [
    ['0.1', 0.1],
    ['5e-324', 5e-324],
  ],
  UINT8: [
    ['0', 0],
    ['255', 255],
  ],
  INT8: [
    ['-128', -128],
    ['127', 127],
  ],
  UINT16: [
    ['1', 1],
    ['65535', 65535],
  ],
  INT16: [
    ['-32768', -32768],
    ['32767', 32767],
  ],
  INT32: [
    ['-2147483648', -(2 ** 31)],
    ['2147483647', 2 ** 31 - 1],
  ],
  UINT32: [
    ['1', 1],
    ['4294967295', 2 ** 32 - 1],
  ],
  INT64: [
    ['-9223372036854775808', -(2n ** 63n)],
    ['9007199254740993', 9007199254740993n],
  ],
  UINT64: [
    ['9007199254740993', 9007199254740993n],
    ['18446744073709551615', 2n ** 64n - 1n],
  ],
  BOOL: [
    ['true', true],
    ['false', false],
  ],
  BYTES: [
    ['"é"', 'é'],
    ['""', ''],
  ],
};

let modelsFolder: string;
let mesh: Placed;

beforeAll(async () => {
  modelsFolder = mkdtempSync(join(tmpdir(), 'scoremesh-rest-'));
  const models: Record<string, Buffer> = {
    linear: linearModel([1, 2, 3], 0.5),
    sum: sumModel(),
    ...Object.fromEntries(datatypes.map((type) => [`same_${type}`, identityModel(type, ['N'])])),
  };
  for (const [name, bytes] of Object.entries(models)) {
    mkdirSync(join(modelsFolder, name, '1'), { recursive: true });
    writeFileSync(join(modelsFolder, name, '1', 'model.onnx'), bytes);
  }
  mesh = await place('local', { modelsFolder, featuresFolder: undefined });
});
afterAll(async () => {
  await mesh?.close();
  rmSync(modelsFolder, { recursive: true, force: true });
});

const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(mesh.httpUrl + path, { method: 'POST', headers, body: body as string });
const infer = (model: string, body: object): Promise<Response> =>
  post(`/v2/models/${model}/infer`, JSON.stringify(body));
const get = (path: string): Promise<Response> => fetch(mesh.httpUrl + path);
const x = (more: object = {}): object => ({
  inputs: [{ name: 'x', shape: [1, 3], datatype: 'FP32', data: [1, 2, 3], ...more }],
});

describe('the Open Inference Protocol over REST, on a mesh', () => {
  it('answers with a prediction that is on record', async () => {
    const response = await infer('linear', { id: 'r7', ...x() });
    expect(response.status).toBe(200);
    const answer = (await response.json()) as { parameters: { prediction_id: string } };
    expect(answer).toMatchObject({
      id: 'r7',
      model_name: 'linear',
      model_version: '1',
      outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 1], data: [14.5] }],
    });
    const { record } = await mesh.client.audit.GetRecord({ recordId: answer.parameters.prediction_id });
    expect(record).toMatchObject({ recordId: answer.parameters.prediction_id });
  });

  it.each(datatypes.filter((type) => type in extremes))(
    'keeps the bits of %s, as JSON and as binary data',
    async (type) => {
      const values = extremes[type]!;
      const raw = rawOf(
        type,
        values.map(([, value]) => value),
      );
      const data = `[${values.map(([text]) => text).join(',')}]`;
      const asJson = await post(
        `/v2/models/same_${type}/infer`,
        `{"inputs":[{"name":"x","shape":[2],"datatype":"${type}","data":${data}}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}`,
      );
      const bytes = Buffer.from(await asJson.arrayBuffer());
      expect([asJson.status, bytes.subarray(Number(asJson.headers.get(headerLength)))]).toEqual([200, raw]);

      const head = JSON.stringify({
        inputs: [{ name: 'x', shape: [2], datatype: type, parameters: { binary_data_size: raw.length } }],
      });
      const asBytes = await post(`/v2/models/same_${type}/infer`, Buffer.concat([Buffer.from(head), raw]), {
        ...octets,
        [headerLength]: String(head.length),
      });
      expect(await asBytes.text()).toContain(`"data":${data}`);
    },
  );

  it('rounds FP16 on the way in and tells it as numbers', async () => {
    const response = await infer('same_FP16', {
      inputs: [{ name: 'x', shape: [3], datatype: 'FP16', data: [0.1, 2049, 'NaN'] }],
    });
    expect(await response.json()).toMatchObject({
      outputs: [{ datatype: 'FP16', data: [0.1, 2048, 'NaN'] }],
    });
  });

  it.each([
    ['an unknown model', 'nope', x(), 404, /nope/],
    ['an unknown version', 'linear/versions/9', x(), 404, /9/],
    ['a version that is no integer', 'linear/versions/latest', x(), 400, /latest/],
    [
      'an unknown input',
      'linear',
      { inputs: [{ name: 'z', shape: [1], datatype: 'FP32', data: [1] }] },
      400,
      /unexpected inference input 'z'/,
    ],
    [
      'a missing input',
      'sum',
      { inputs: [{ name: 'a', shape: [1, 1], datatype: 'FP32', data: [1] }] },
      400,
      /expected 2 inputs but got 1/,
    ],
    [
      'an unknown output',
      'linear',
      { ...x(), outputs: [{ name: 'q' }] },
      400,
      /unexpected inference output 'q'/,
    ],
    ['a wrong shape', 'linear', x({ shape: [1, 2], data: [1, 2] }), 400, /unexpected shape for input 'x'/],
    ['a wrong datatype', 'linear', x({ datatype: 'INT32' }), 400, /data-type is 'INT32'.*expects 'FP32'/],
    [
      'shared memory',
      'linear',
      x({ data: undefined, parameters: { shared_memory_region: 'r' } }),
      400,
      /shared memory/,
    ],
    [
      'batches that differ',
      'sum',
      {
        inputs: [
          { name: 'a', shape: [1, 1], datatype: 'FP32', data: [1] },
          { name: 'b', shape: [2, 1], datatype: 'FP32', data: [1, 2] },
        ],
      },
      400,
      /batch size does not match/,
    ],
  ] as [string, string, object, number, RegExp][])(
    'refuses %s',
    async (_case, model, body, status, message) => {
      const response = await infer(model, body);
      const { error, reason } = (await response.json()) as { error: string; reason: string };
      expect([response.status, error, reason]).toEqual([
        status,
        expect.stringMatching(message),
        expect.any(String),
      ]);
    },
  );

  it('refuses bytes that do not fit the shape', async () => {
    const head = JSON.stringify(x({ data: undefined, parameters: { binary_data_size: 8 } }));
    const response = await post(
      '/v2/models/linear/infer',
      Buffer.concat([Buffer.from(head), Buffer.alloc(8)]),
      {
        ...octets,
        [headerLength]: String(head.length),
      },
    );
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: expect.stringContaining('Expected 12, got 8') });
  });

  it('tells what the server and its models are', async () => {
    expect(await (await get('/v2')).json()).toMatchObject({ name: 'scoremesh' });
    for (const path of ['/v2/health/live', '/v2/health/ready', '/v2/models/linear/ready'])
      expect([path, (await get(path)).status]).toEqual([path, 200]);
    expect((await get('/v2/models/nope/ready')).status).toBe(404);
    expect(await (await get('/v2/models/linear')).json()).toMatchObject({
      name: 'linear',
      versions: ['1'],
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1] }],
    });
  });

  it('tells configuration and statistics, and takes a body of nothing but the one input', async () => {
    expect(await (await get('/v2/models/linear/config')).json()).toMatchObject({
      name: 'linear',
      backend: 'onnxruntime',
      input: [{ name: 'x', data_type: 'TYPE_FP32', dims: [3] }],
    });
    const raw = await post('/v2/models/linear/infer', rawOf('FP32', [1, 2, 3]), {
      ...octets,
      [headerLength]: '0',
    });
    const bytes = Buffer.from(await raw.arrayBuffer());
    expect([raw.status, bytes.readFloatLE(Number(raw.headers.get(headerLength)))]).toEqual([200, 14.5]);
    const { model_stats: stats } = (await (await get('/v2/models/linear/stats')).json()) as {
      model_stats: { inference_count: number }[];
    };
    expect(stats[0]!.inference_count).toBeGreaterThan(0);
  });

  it('unloads and loads a model', async () => {
    const ready = async (): Promise<number> => (await get('/v2/models/same_INT8/ready')).status;
    expect((await post('/v2/repository/models/same_INT8/unload', '{}')).status).toBe(200);
    expect(await ready()).not.toBe(200);
    const index = (await (await post('/v2/repository/index', '')).json()) as object[];
    expect(index).toContainEqual(expect.objectContaining({ name: 'linear', version: '1', state: 'READY' }));
    expect((await post('/v2/repository/models/same_INT8/load', '')).status).toBe(200);
    expect(await ready()).toBe(200);
  });

  it.each(['/v2/systemsharedmemory/status', '/v2/trace/setting', '/v2/logging'])(
    'has no %s',
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(501);
      expect(await response.json()).toMatchObject({ reason: 'NOT_SUPPORTED' });
    },
  );
});
