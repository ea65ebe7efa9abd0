import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InferTensorContents__Output as Contents } from '../../../services/gen/inference/InferTensorContents.ts';
import type { ModelInferRequest__Output as ModelInferRequest } from '../../../services/gen/inference/ModelInferRequest.ts';
import { writeElements } from '../../../services/inference/tensors/text-elements.ts';
import {
  floatsOf,
  inferRequest,
  newCall,
  type RawInput,
  rowsRequest,
  startService,
  type TestService,
} from '../mesh-parts.ts';
import { gatherModel, identityModel, linearModel, sumModel } from '../onnx-models.ts';

const noContents: Contents = {
  boolContents: [],
  intContents: [],
  int64Contents: [],
  uintContents: [],
  uint64Contents: [],
  fp32Contents: [],
  fp64Contents: [],
  bytesContents: [],
};

/** A request of one typed input. */
function typed(
  model: string,
  datatype: string,
  shape: number[],
  contents: Partial<Contents>,
): ModelInferRequest {
  return inferRequest(model, [], {
    inputs: [
      {
        name: 'x',
        datatype,
        shape: shape.map(String),
        parameters: {},
        contents: { ...noContents, ...contents },
      },
    ],
  });
}

const a: RawInput = { name: 'a', datatype: 'FP32', shape: [1, 2], raw: Float32Array.of(1, 2) };
const b: RawInput = { ...a, name: 'b', raw: Float32Array.of(10, 20) };
const row = [1, 2, 3];
const x: RawInput = { name: 'x', datatype: 'FP32', shape: [1, 3], raw: Float32Array.from(row) };

let service: TestService;

beforeAll(async () => {
  service = await startService(
    {
      'linear/1/model.onnx': linearModel([1, 10, 100], 0.5),
      'linear/2/model.onnx': linearModel([1, 1, 1], 0),
      'linear/3/model.onnx': Buffer.from('broken'),
      'sum/1/model.onnx': sumModel(),
      'unnamed/1/model.onnx': sumModel(['', 2]),
      'wide/1/model.onnx': identityModel('FP32', ['N', 'H', 'W']),
      'gather/1/model.onnx': gatherModel([5, 6]),
      'text/1/model.onnx': identityModel('BYTES', ['N']),
      'flag/1/model.onnx': identityModel('BOOL', ['N']),
      'int8/1/model.onnx': identityModel('INT8', ['N']),
      'int64/1/model.onnx': identityModel('INT64', ['N']),
      'uint64/1/model.onnx': identityModel('UINT64', ['N']),
      'half/1/model.onnx': identityModel('FP16', ['N']),
      'scalar/1/model.onnx': identityModel('FP64', []),
      'fixed/1/model.onnx': identityModel('FP32', [2, 2]),
      'broken/1/model.onnx': Buffer.from('broken'),
      'empty/README.md': 'nothing here',
    },
    { maxBatchRows: 8 },
  );
});
afterAll(() => service.closers.close());

const infer = (request: ModelInferRequest): ReturnType<TestService['inference']['ModelInfer']> =>
  service.inference.ModelInfer(request, newCall());

describe('ModelInfer', () => {
  it('answers with raw contents, the version it used, the id and the rows of the batch', async () => {
    const answer = await infer(rowsRequest('linear', [row, [0, 0, 1]], { modelVersion: '1', id: 'abc' }));
    expect(answer).toMatchObject({
      modelName: 'linear',
      modelVersion: '1',
      id: 'abc',
      parameters: {
        batch_size: { int64Param: '2', parameterChoice: 'int64Param' },
        model_digest: { stringParam: expect.stringMatching(/^sha256:/), parameterChoice: 'stringParam' },
      },
      outputs: [{ name: 'y', datatype: 'FP32', shape: ['2', '1'], parameters: {}, contents: null }],
    });
    expect(floatsOf(answer.rawOutputContents[0])).toEqual([321.5, 100.5]);
  });

  it('uses the highest ready version when none is named', async () => {
    const answer = await infer(rowsRequest('linear', [row]));
    expect(answer.modelVersion).toBe('2');
    expect(floatsOf(answer.rawOutputContents[0])).toEqual([6]);
  });

  it('takes inputs in any order, matched with their raw contents by position', async () => {
    const answer = await infer(inferRequest('sum', [b, a]));
    expect(floatsOf(answer.rawOutputContents[0])).toEqual([11, 22]);
  });

  it.each<[string, string, number[], Partial<Contents>, Buffer]>([
    ['text', 'BYTES', [2], { bytesContents: [Buffer.from('é'), Buffer.from('')] }, writeElements(['é', ''])],
    ['flag', 'BOOL', [2], { boolContents: [true, false] }, Buffer.from([1, 0])],
    ['int8', 'INT8', [2], { intContents: [-128, 127] }, Buffer.from([0x80, 0x7f])],
    ['int64', 'INT64', [1], { int64Contents: ['-2'] }, Buffer.from(BigInt64Array.of(-2n).buffer)],
    ['uint64', 'UINT64', [1], { uint64Contents: ['18446744073709551615'] }, Buffer.alloc(8, 255)],
    ['scalar', 'FP64', [], { fp64Contents: [0.1] }, Buffer.from(Float64Array.of(0.1).buffer)],
    ['linear', 'FP32', [1, 3], { fp32Contents: row }, Buffer.from(Float32Array.of(6).buffer)],
  ])('reads typed contents: %s %s', async (model, datatype, shape, contents, expected) => {
    const answer = await infer(typed(model, datatype, shape, contents));
    expect(Buffer.compare(answer.rawOutputContents[0]!, expected)).toBe(0);
  });

  it('takes what a client says of the presentation of a tensor, which changes nothing', async () => {
    const hint = { parameterChoice: 'stringParam' as const, stringParam: 'np' };
    const request = swap({});
    request.inputs[0]!.parameters = { content_type: hint };
    request.outputs = [{ name: 'y', parameters: { content_type: hint } }];
    request.parameters = { traffic: hint };
    expect(floatsOf((await infer(request)).rawOutputContents[0])).toEqual([6]);
  });

  it('answers a request without rows with no rows', async () => {
    const answer = await infer(inferRequest('linear', [{ ...x, shape: [0, 3], raw: new Float32Array(0) }]));
    expect(answer.outputs[0]?.shape).toEqual(['0', '1']);
    expect(answer.rawOutputContents).toEqual([Buffer.alloc(0)]);
  });

  const swap = (rest: Partial<RawInput>): ModelInferRequest => inferRequest('linear', [{ ...x, ...rest }]);
  const output = (name: string): ModelInferRequest['outputs'][number] => ({ name, parameters: {} });
  const parameter = { parameterChoice: 'stringParam' as const, stringParam: 'r' };

  it.each<[string, ModelInferRequest, string]>([
    [
      'an unknown input',
      swap({ name: 'z' }),
      "unexpected inference input 'z' for model 'linear'; it takes 'x'",
    ],
    [
      'a missing input',
      inferRequest('sum', [a]),
      "expected 2 inputs but got 1 inputs for model 'sum'. Got input(s) ['a'], but missing required input(s) ['b']. Please provide all required input(s).",
    ],
    ['an input given twice', inferRequest('sum', [a, a]), "input 'a' is given twice for model 'sum'"],
    [
      'an unknown output',
      rowsRequest('linear', [row], { outputs: [output('q')] }),
      "unexpected inference output 'q' for model 'linear'; it answers 'y'",
    ],
    [
      'an output asked for twice',
      rowsRequest('linear', [row], { outputs: [output('y'), output('y')] }),
      "output 'y' is requested twice",
    ],
    [
      'another number of columns',
      swap({ shape: [1, 2], raw: Float32Array.of(1, 2) }),
      "unexpected shape for input 'x' for model 'linear'. Expected [-1,3], got [1,2].",
    ],
    ['another rank', swap({ shape: [3] }), 'Expected [-1,3], got [3].'],
    ['a negative dimension', swap({ shape: [-1, 3] }), 'Expected [-1,3], got [-1,3].'],
    [
      'another datatype',
      swap({ datatype: 'INT32' }),
      "inference input 'x' data-type is 'INT32', but model 'linear' expects 'FP32'",
    ],
    [
      'too few bytes',
      swap({ raw: new Uint8Array(11) }),
      "input byte size mismatch for input 'x' for model 'linear'. Expected 12, got 11",
    ],
    ['no bytes', swap({ raw: new Uint8Array(0) }), 'Expected 12, got 0'],
    [
      'no data',
      { ...swap({}), rawInputContents: [] },
      "unable to find data for input tensor 'x' for model 'linear' in request.",
    ],
    [
      'empty typed contents',
      typed('linear', 'FP32', [1, 3], {}),
      "unable to find data for input tensor 'x' for model 'linear' in request.",
    ],
    [
      'raw and typed contents at once',
      { ...typed('linear', 'FP32', [1, 3], { fp32Contents: row }), rawInputContents: [Buffer.alloc(12)] },
      "contents field must not be specified when using raw_input_contents for 'x' for model 'linear'",
    ],
    [
      'more raw contents than inputs',
      { ...swap({}), rawInputContents: [Buffer.alloc(12), Buffer.alloc(12)] },
      "raw_input_contents has 2 entries for 1 inputs of model 'linear'",
    ],
    [
      'a batch over the limit',
      rowsRequest(
        'linear',
        Array.from({ length: 9 }, () => row),
      ),
      "inference request batch-size must be <= 8 for 'linear', but it is 9",
    ],
    [
      'batches of different sizes',
      inferRequest('sum', [a, { ...b, shape: [2, 2], raw: new Float32Array(4) }]),
      "input 'b' batch size does not match other inputs for 'sum': 2, where 'a' has 1",
    ],
    [
      'open dimensions of one name that differ',
      inferRequest('sum', [a, { ...b, shape: [1, 3], raw: new Float32Array(3) }]),
      "dimension 1 of input 'b' for model 'sum' is 3, but dimension 1 of 'a' is 2, and the model calls both 'M'",
    ],
    [
      'a BOOL that is neither 0 nor 1',
      inferRequest('flag', [{ name: 'x', datatype: 'BOOL', shape: [1], raw: Uint8Array.of(7) }]),
      'element 0 is 7, where a BOOL is 0 or 1',
    ],
    [
      'a text that is cut',
      inferRequest('text', [{ name: 'x', datatype: 'BYTES', shape: [1], raw: Uint8Array.of(9, 0, 0, 0) }]),
      'ends inside element 0',
    ],
    [
      'an integer out of range',
      typed('int8', 'INT8', [1], { intContents: [128] }),
      'element 0 is 128, outside -128..127 of INT8',
    ],
    [
      'FP16 by type',
      typed('half', 'FP16', [1], { fp32Contents: [1] }),
      'can only be sent in raw_input_contents',
    ],
    [
      'contents of another type',
      typed('linear', 'FP32', [1, 3], { intContents: [1, 2, 3] }),
      'takes fp32_contents, but int_contents was sent',
    ],
    [
      'too few typed elements',
      typed('linear', 'FP32', [1, 3], { fp32Contents: [1] }),
      'has 1 elements in fp32_contents where its shape needs 3',
    ],
    [
      'shared memory',
      { ...swap({}), inputs: [{ ...swap({}).inputs[0]!, parameters: { shared_memory_region: parameter } }] },
      'shared memory',
    ],
    [
      'classification',
      rowsRequest('linear', [row], { outputs: [{ name: 'y', parameters: { classification: parameter } }] }),
      "output 'y' for model 'linear' asks for 'classification'",
    ],
    [
      'an output in shared memory',
      rowsRequest('linear', [row], {
        outputs: [{ name: 'y', parameters: { shared_memory_byte_size: parameter } }],
      }),
      "output 'y' for model 'linear' is wanted in shared memory",
    ],
    [
      'a parameter of an output that it knows not',
      rowsRequest('linear', [row], { outputs: [{ name: 'y', parameters: { top: parameter } }] }),
      "output 'y' for model 'linear' has the parameter 'top'",
    ],
    [
      'a parameter of an input that it knows not',
      { ...swap({}), inputs: [{ ...swap({}).inputs[0]!, parameters: { scale: parameter } }] },
      "input 'x' for model 'linear' has the parameter 'scale'",
    ],
    [
      'a sequence',
      rowsRequest('linear', [row], { parameters: { sequence_id: parameter } }),
      "parameter 'sequence_id' for model 'linear' asks for a sequence",
    ],
    [
      'an empty tensor whose shape spans more than memory',
      inferRequest('wide', [
        { name: 'x', datatype: 'FP32', shape: [0, 2 ** 31, 2 ** 31], raw: new Uint8Array(0) },
      ]),
      'is empty, but its shape [0,2147483648,2147483648] spans',
    ],
    [
      'rows that differ where the model names no dimension',
      inferRequest('unnamed', [a, { ...b, shape: [2, 2], raw: new Float32Array(4) }]),
      "input 'b' batch size does not match other inputs for 'unnamed': 2, where 'a' has 1",
    ],
  ])('refuses %s', async (_what, request, message) => {
    await expect(infer(request)).rejects.toMatchObject({
      reason: 'TENSOR_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    [
      'an unknown model',
      'x',
      '',
      'MODEL_NOT_FOUND',
      "Request for unknown model: 'x' is not found; there are broken, empty",
    ],
    [
      'an unknown version',
      'linear',
      '9',
      'MODEL_VERSION_NOT_FOUND',
      "'linear' version 9 is not found; it has 1, 2, 3",
    ],
    ['a model without versions', 'empty', '', 'MODEL_NOT_READY', "'empty' has no version; put the model at"],
    [
      'a version that failed',
      'linear',
      '3',
      'MODEL_NOT_READY',
      "'linear' version 3 is not at ready state: 'linear/3/model.onnx' can't be used",
    ],
    ['a model whose every version failed', 'broken', '', 'MODEL_NOT_READY', 'is not at ready state'],
    [
      'a version that is no integer',
      'linear',
      'latest',
      'INVALID_REQUEST',
      "specified version string 'latest'",
    ],
    ['version 0', 'linear', '0', 'INVALID_REQUEST', "specified version string '0'"],
  ])('refuses %s', async (_what, modelName, modelVersion, reason, message) => {
    await expect(infer(rowsRequest(modelName, [row], { modelVersion }))).rejects.toMatchObject({
      reason,
      message: expect.stringContaining(message),
    });
  });

  it('counts requests by model, version and outcome', async () => {
    const count = (labels: string): number =>
      service.metrics.counts.get(`scoremesh_inference_requests_total{${labels}}`) ?? 0;
    const before = [count('linear,1,OK'), count('linear,1,TENSOR_INVALID'), count(',,MODEL_NOT_FOUND')];
    await infer(rowsRequest('linear', [row], { modelVersion: '1' }));
    await infer({ ...swap({ name: 'z' }), modelVersion: '1' }).catch(() => {});
    await infer(rowsRequest('x', [row])).catch(() => {});
    expect([count('linear,1,OK'), count('linear,1,TENSOR_INVALID'), count(',,MODEL_NOT_FOUND')]).toEqual(
      before.map((value) => value + 1),
    );
  });
});

describe('the server', () => {
  it('is live, ready, and lists the extensions that it has', async () => {
    const { inference } = service;
    expect(await inference.ServerLive({}, newCall())).toEqual({ live: true });
    expect(await inference.ServerReady({}, newCall())).toEqual({ ready: true });
    expect(await inference.ServerMetadata({}, newCall())).toEqual({
      name: 'scoremesh',
      version: '0.0.0-test',
      extensions: [
        'model_repository',
        'model_repository(unload_dependents)',
        'schedule_policy',
        'model_configuration',
        'binary_tensor_data',
        'parameters',
        'statistics',
      ],
    });
  });

  it('tells whether a model is ready', async () => {
    const ready = (name: string, version = ''): Promise<{ ready: boolean }> =>
      service.inference.ModelReady({ name, version }, newCall());
    expect(await ready('linear')).toEqual({ ready: true });
    expect(await ready('linear', '3')).toEqual({ ready: false });
    await expect(ready('x')).rejects.toMatchObject({ reason: 'MODEL_NOT_FOUND' });
  });

  it('describes a model: its versions, tensors, digest and batch class', async () => {
    const metadata = await service.inference.ModelMetadata({ name: 'linear', version: '1' }, newCall());
    expect(metadata).toEqual({
      name: 'linear',
      versions: ['1', '2'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'x', datatype: 'FP32', shape: ['-1', '3'] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: ['-1', '1'] }],
      properties: {
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        batch_class: 'BATCH_CLASS_INVARIANT',
        batch_finding: expect.stringContaining('the same bits'),
      },
    });
    await expect(
      service.inference.ModelMetadata({ name: 'linear', version: '9' }, newCall()),
    ).rejects.toMatchObject({ reason: 'MODEL_VERSION_NOT_FOUND' });
  });
});
