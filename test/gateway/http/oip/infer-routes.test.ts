import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { HttpConfig } from '../../../../gateway/http/http-server.ts';
import type { InferenceContract } from '../../../../services/contracts.ts';
import type { ModelConfig__Output } from '../../../../services/gen/inference/ModelConfig.ts';
import type { ModelInferRequest__Output } from '../../../../services/gen/inference/ModelInferRequest.ts';
import type { Client } from '../../../../services/kit/contract/contract.ts';
import type { MeshError } from '../../../../services/kit/errors/mesh-error.ts';
import { createGate, testClosers } from '../../../kit/rpc/processes.ts';
import { startHttp } from '../http-fixture.ts';
import { errorOf, headerLength, inferPath, input, mirror, octets, recording } from './infer-fixture.ts';
import { modelConfig } from './samples.ts';

const closers = testClosers();
const start = (inference: Partial<Client<InferenceContract>>, config: Partial<HttpConfig> = {}) =>
  startHttp(closers, { inference }, config);

describe('inference over REST', () => {
  it('takes JSON and answers JSON, with id, version and parameters', async () => {
    const { post, asked } = await recording(closers);
    const response = await post('/v2/models/m/versions/3/infer', {
      id: 'r1',
      parameters: { priority: 1, timeout: 5000, flag: true, ratio: 0.5, note: 'a', big: 1e300 },
      inputs: [
        input({ data: [0.1, 2], parameters: { k: 'v' } }),
        { name: 'y', shape: [1], datatype: 'BYTES', data: ['é'] },
      ],
      outputs: [{ name: 'x', parameters: { p: 1 } }],
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get(headerLength)).toBeNull();
    const text = await response.text();
    expect(text).toContain('"batch_size":9007199254740993');
    expect(JSON.parse(text)).toMatchObject({
      id: 'r1',
      model_name: 'm',
      model_version: '3',
      parameters: { prediction_id: 'p1' },
      outputs: [
        { name: 'x', datatype: 'FP32', shape: [2], data: [0.1, 2] },
        { name: 'y', datatype: 'BYTES', shape: [1], data: ['é'] },
      ],
    });
    const [request] = asked;
    expect(request).toMatchObject({
      modelName: 'm',
      modelVersion: '3',
      id: 'r1',
      inputs: [{ shape: ['2'], contents: null }, {}],
      outputs: [{ name: 'x' }],
    });
    expect({ ...request?.inputs[0]?.parameters }).toEqual({
      k: { stringParam: 'v', parameterChoice: 'stringParam' },
    });
    expect({ ...request?.parameters }).toEqual({
      priority: { int64Param: '1', parameterChoice: 'int64Param' },
      timeout: { int64Param: '5000', parameterChoice: 'int64Param' },
      flag: { boolParam: true, parameterChoice: 'boolParam' },
      ratio: { doubleParam: 0.5, parameterChoice: 'doubleParam' },
      note: { stringParam: 'a', parameterChoice: 'stringParam' },
      big: { doubleParam: 1e300, parameterChoice: 'doubleParam' },
    });
  });

  it('keeps integers of 64 bits in parameters', async () => {
    const { post, asked } = await recording(closers);
    await post(
      inferPath,
      '{"parameters":{"a":9223372036854775807,"b":18446744073709551615,"c":1.0},"inputs":[]}',
    );
    expect({ ...asked[0]?.parameters }).toEqual({
      a: { int64Param: '9223372036854775807', parameterChoice: 'int64Param' },
      b: { uint64Param: '18446744073709551615', parameterChoice: 'uint64Param' },
      c: { doubleParam: 1, parameterChoice: 'doubleParam' },
    });
  });

  it('reads an input whose data come before its datatype and shape', async () => {
    const { post, asked } = await recording(closers);
    const body = '{"inputs":[{"data":[[1,2],[3,4]],"shape":[2,2],"datatype":"INT8","name":"x"}],"more":[{}]}';
    expect((await post(inferPath, body)).status).toBe(200);
    expect([...asked[0]!.rawInputContents[0]!]).toEqual([1, 2, 3, 4]);
  });

  it('takes binary data behind the JSON and answers with it', async () => {
    const { post, asked } = await recording(closers);
    const head = JSON.stringify({
      parameters: { binary_data_output: true },
      inputs: [
        { name: 'a', shape: [2], datatype: 'UINT8', parameters: { binary_data_size: 2 } },
        { name: 'b', shape: [1], datatype: 'INT16', data: [258] },
        { name: 'c', shape: [1], datatype: 'UINT8', parameters: { binary_data_size: 1 } },
      ],
      outputs: [{ name: 'a' }, { name: 'b', parameters: { binary_data: false } }, { name: 'c' }],
    });
    const response = await post(inferPath, Buffer.concat([Buffer.from(head), Buffer.of(7, 8, 9)]), {
      ...octets,
      [headerLength]: String(head.length),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    const body = Buffer.from(await response.arrayBuffer());
    const jsonBytes = Number(response.headers.get(headerLength));
    expect(JSON.parse(body.subarray(0, jsonBytes).toString())).toMatchObject({
      outputs: [
        { name: 'a', shape: [2], parameters: { binary_data_size: 2 } },
        { name: 'b', data: [258] },
        { name: 'c', parameters: { binary_data_size: 1 } },
      ],
    });
    expect([...body.subarray(jsonBytes)]).toEqual([7, 8, 9]);
    expect(asked[0]!.rawInputContents.map((raw) => [...raw])).toEqual([[7, 8], [2, 1], [9]]);
    expect(Object.keys(asked[0]!.parameters)).toEqual([]);
    expect(asked[0]!.inputs.map(({ parameters }) => Object.keys(parameters))).toEqual([[], [], []]);
  });

  it('answers in binary only what was asked for so', async () => {
    const { post } = await recording(closers);
    const response = await post(inferPath, {
      inputs: [input(), input({ name: 'y' })],
      outputs: [{ name: 'x', parameters: { binary_data: true } }, { name: 'y' }],
    });
    const body = Buffer.from(await response.arrayBuffer());
    const jsonBytes = Number(response.headers.get(headerLength));
    const { outputs } = JSON.parse(body.subarray(0, jsonBytes).toString()) as { outputs: object[] };
    expect(outputs[0]).not.toHaveProperty('data');
    expect(outputs[1]).toMatchObject({ data: [1, 2] });
    expect(body.length - jsonBytes).toBe(8);
  });

  it('takes a body without JSON as the content of a model’s one input', async () => {
    const { post, asked } = await recording(closers);
    const response = await post(inferPath, Buffer.alloc(24), { ...octets, [headerLength]: '0' });
    expect(response.status).toBe(200);
    expect(asked[0]!.inputs).toMatchObject([{ name: 'x', datatype: 'FP32', shape: ['1', '2', '3'] }]);
    expect(response.headers.get(headerLength)).toMatch(/^[0-9]+$/);
    expect(Number(response.headers.get('content-length'))).toBe(
      Number(response.headers.get(headerLength)) + 24,
    );
  });

  it.each([
    [
      'two inputs',
      { input: [modelConfig.input[0]!, modelConfig.input[0]!] },
      'a raw request must be for 1 input',
    ],
    [
      'two open dimensions',
      { input: [{ ...modelConfig.input[0]!, dims: ['-1', '-1'] }] },
      'can not be deduced',
    ],
    [
      'many texts',
      { input: [{ ...modelConfig.input[0]!, dataType: 'TYPE_STRING', dims: ['2'] }] },
      'must have input shape [1]',
    ],
  ] as [string, Partial<ModelConfig__Output>, string][])(
    'refuses such a body for a model of %s',
    async (_what, config, message) => {
      const { post } = await start({ ModelConfig: async () => ({ config: { ...modelConfig, ...config } }) });
      const response = await post(inferPath, Buffer.alloc(8), { ...octets, [headerLength]: '0' });
      expect(response.status).toBe(400);
      expect((await errorOf(response)).error).toContain(message);
    },
  );

  it('takes a text as such a body', async () => {
    const asked: ModelInferRequest__Output[] = [];
    const { post } = await start({
      ModelInfer: (request) => {
        asked.push(request);
        return mirror(request);
      },
      ModelConfig: async () => ({
        config: {
          ...modelConfig,
          maxBatchSize: 0,
          input: [{ ...modelConfig.input[0]!, dataType: 'TYPE_STRING', dims: ['1'] }],
        },
      }),
    });
    await post(inferPath, 'hello', { ...octets, [headerLength]: '0' });
    expect(asked[0]).toMatchObject({ inputs: [{ datatype: 'BYTES', shape: ['1'] }] });
    expect(asked[0]!.rawInputContents[0]!.toString()).toBe('\x05\0\0\0hello');
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
  ] as const)('takes a body that is packed with %s', async (encoding, pack) => {
    const { post, asked } = await recording(closers);
    const body = pack(JSON.stringify({ inputs: [input()] }));
    const response = await post(inferPath, body, { 'content-encoding': encoding });
    expect(response.status).toBe(200);
    expect(asked[0]!.rawInputContents[0]!.readFloatLE(4)).toBe(2);
  });

  it('refuses a body that is too large once unpacked, broken, or packed otherwise', async () => {
    const { post } = await recording(closers, { maxMessageBytes: 10_000 });
    const large = gzipSync(Buffer.alloc(1_000_000, ' '));
    expect(large.length).toBeLessThan(10_000);
    const refused = await post(inferPath, large, { 'content-encoding': 'gzip' });
    expect(refused.status).toBe(413);
    expect(await errorOf(refused)).toMatchObject({ reason: 'MESSAGE_TOO_LARGE' });
    expect((await post(inferPath, ' '.repeat(20_000))).status).toBe(413);
    for (const [body, encoding] of [
      ['nonsense', 'gzip'],
      [gzipSync('{}').subarray(0, 10), 'gzip'],
      ['{}', 'br'],
    ] as const) {
      const response = await post(inferPath, body, { 'content-encoding': encoding });
      expect(response.status).toBe(400);
      expect(await errorOf(response)).toMatchObject({ reason: 'INVALID_REQUEST' });
    }
  });

  it('takes any content type, and none', async () => {
    const { post } = await recording(closers);
    const body = JSON.stringify({ inputs: [input()] });
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'nonsense', ''])
      expect((await post(inferPath, body, { 'content-type': type })).status).toBe(200);
  });

  it('gives the call the time that the caller gives', async () => {
    const { post, calls } = await recording(closers);
    const before = performance.now();
    await post(inferPath, { inputs: [] }, { 'x-timeout-ms': '5000' });
    expect(calls[0]!.deadline - before).toBeLessThan(15_000);
    expect((await post(inferPath, { inputs: [] }, { 'x-timeout-ms': 'soon' })).status).toBe(400);
  });

  it('answers 504 when the time is over, and the model learns it', async () => {
    const cancelled = createGate<MeshError>();
    const { post } = await start({
      ModelInfer: (_request, call) => new Promise(() => call.cancellation.onCancel(cancelled.open)),
    });
    const response = await post(inferPath, { inputs: [] }, { 'x-timeout-ms': '30' });
    expect(response.status).toBe(504);
    expect(await cancelled.opened).toMatchObject({ reason: 'DEADLINE_PASSED_WAITING' });
  });
});
