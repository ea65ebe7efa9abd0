import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InferParameter } from '../../../services/gen/inference/InferParameter.ts';
import type { _inference_ModelInferRequest_InferInputTensor as InferInput } from '../../../services/gen/inference/ModelInferRequest.ts';
import type { InferenceClient } from '../../e2e/inference-client.ts';
import { newCall, startService, type TestService } from '../mesh-parts.ts';
import { linearModel, sumModel } from '../onnx-models.ts';
import { connectHandlers, type StatusStyle, statusStyles } from './wire.ts';

const linear = linearModel([1, 10, 100], 0.5);
const files = {
  'm/1/model.onnx': linear,
  'm/2/model.onnx': Buffer.from('broken'),
  'broken/1/model.onnx': Buffer.from('broken'),
  'away/1/model.onnx': linear,
  // A stray folder, which leaves its model as it is.
  'away/latest/model.onnx': linear,
  'sum/1/model.onnx': sumModel(),
};

/** What is asked, and how it fails in both styles. */
interface Row {
  readonly name: string;
  ask(client: InferenceClient): Promise<unknown>;
  readonly code: status;
  readonly message: string;
  readonly tritonCode?: status;
}

const x: InferInput = { name: 'x', datatype: 'FP32', shape: [1, 3] };
const raw = (bytes: number): Buffer => Buffer.alloc(bytes);
const infer = (
  client: InferenceClient,
  inputs: readonly InferInput[],
  rest: Parameters<typeof client.call<'ModelInfer'>>[1] = {},
): Promise<unknown> =>
  client.call('ModelInfer', {
    modelName: 'm',
    inputs: [...inputs],
    rawInputContents: inputs.map(() => raw(12)),
    ...rest,
  });
const zeros = (
  rows: number,
  rest: Partial<InferInput> = {},
): [InferInput[], { rawInputContents: Buffer[] }] => [
  [{ ...x, shape: [rows, 3], ...rest }],
  { rawInputContents: [raw(rows * 12)] },
];
const pair = (name: string, rows: number): InferInput => ({ name, datatype: 'FP32', shape: [rows, 3] });
const text = (stringParam: string): InferParameter => ({ stringParam });

/** Every method that names a model. */
const ofModel = ['ModelMetadata', 'ModelConfig', 'ModelStatistics', 'ModelReady', 'ModelInfer'] as const;
type OfModel = (typeof ofModel)[number];
const ask = (client: InferenceClient, method: OfModel, name: string, version = ''): Promise<unknown> =>
  method === 'ModelInfer'
    ? infer(client, [x], { modelName: name, modelVersion: version })
    : client.call(method, { name, version });
const each = (
  methods: readonly OfModel[],
  name: string,
  version: string,
  row: Omit<Row, 'name' | 'ask'>,
): Row[] =>
  methods.map((method) => ({
    ...row,
    name: `${method} of ${name} ${version}`,
    ask: (client) => ask(client, method, name, version),
  }));
const needReady = ofModel.filter((method) => method !== 'ModelReady');

const invalid = (name: string, message: string, ask: Row['ask']): Row => ({
  name,
  ask,
  code: status.INVALID_ARGUMENT,
  message,
});
const table: readonly Row[] = [
  ...each(ofModel, 'nobody', '', {
    code: status.NOT_FOUND,
    message: "Request for unknown model: 'nobody' is not found",
  }),
  ...each(ofModel, 'm', '9', {
    code: status.NOT_FOUND,
    message: "Request for unknown model: 'm' version 9 is not found",
  }),
  ...each(needReady, 'away', '', {
    code: status.NOT_FOUND,
    message: "Request for unknown model: 'away' has no available versions",
  }),
  // It may be there soon, after a call or a new file; Triton takes it for unknown.
  ...each(needReady, 'broken', '', {
    code: status.UNAVAILABLE,
    message: "Request for unknown model: 'broken' has no available versions",
    tritonCode: status.NOT_FOUND,
  }),
  ...each(needReady, 'm', '2', {
    code: status.UNAVAILABLE,
    message: "Request for unknown model: 'm' version 2 is not at ready state",
  }),
  ...['latest', '-1', '0', '1.0'].flatMap((version) =>
    each(ofModel, 'm', version, {
      code: status.INVALID_ARGUMENT,
      message: `failed to get model version from specified version string '${version}'`,
    }),
  ),
  invalid('an unknown input', "unexpected inference input 'z' for model 'm'", (client) =>
    infer(client, [{ ...x, name: 'z' }]),
  ),
  invalid(
    'a missing input',
    "expected 2 inputs but got 1 inputs for model 'sum'. Got input(s) ['a'], but missing required input(s) ['b']. Please provide all required input(s).",
    (client) => infer(client, [pair('a', 1)], { modelName: 'sum' }),
  ),
  invalid(
    'no input at all',
    "expected 1 inputs but got 0 inputs for model 'm'. Got input(s) [], but missing required input(s) ['x']",
    (client) => infer(client, []),
  ),
  invalid('too many inputs', "unexpected inference input 'z' for model 'm'", (client) =>
    infer(client, [x, { ...x, name: 'z' }]),
  ),
  invalid('an unknown output', "unexpected inference output 'q' for model 'm'", (client) =>
    infer(client, [x], { outputs: [{ name: 'q' }] }),
  ),
  invalid(
    'another shape',
    "unexpected shape for input 'x' for model 'm'. Expected [-1,3], got [1,2].",
    (client) => infer(client, [{ ...x, shape: [1, 2] }]),
  ),
  invalid(
    '-1 in a shape',
    "unexpected shape for input 'x' for model 'm'. Expected [-1,3], got [-1,3].",
    (client) => infer(client, [{ ...x, shape: [-1, 3] }]),
  ),
  invalid(
    'another datatype',
    "inference input 'x' data-type is 'INT32', but model 'm' expects 'FP32'",
    (client) => infer(client, [{ ...x, datatype: 'INT32' }]),
  ),
  invalid(
    'another number of bytes',
    "input byte size mismatch for input 'x' for model 'm'. Expected 12, got 11",
    (client) => infer(client, [x], { rawInputContents: [raw(11)] }),
  ),
  invalid('no data', "unable to find data for input tensor 'x' for model 'm' in request.", (client) =>
    infer(client, [x], { rawInputContents: [] }),
  ),
  invalid(
    'raw and typed contents at once',
    "contents field must not be specified when using raw_input_contents for 'x' for model 'm'",
    (client) => infer(client, [{ ...x, contents: { fp32Contents: [1, 2, 3] } }]),
  ),
  invalid('a batch that is too large', "inference request batch-size must be <= 8 for 'm'", (client) =>
    infer(client, ...zeros(9)),
  ),
  invalid('batches that differ', "input 'b' batch size does not match other inputs for 'sum'", (client) =>
    infer(client, [pair('a', 1), pair('b', 2)], { modelName: 'sum', rawInputContents: [raw(12), raw(24)] }),
  ),
  invalid('classification', "output 'y' for model 'm' asks for 'classification'", (client) =>
    infer(client, [x], { outputs: [{ name: 'y', parameters: { classification: { int64Param: 3 } } }] }),
  ),
  invalid('a tensor in shared memory', "input 'x' for model 'm' is in shared memory", (client) =>
    infer(client, [{ ...x, parameters: { shared_memory_region: text('r') } }], { rawInputContents: [] }),
  ),
  invalid('a reserved parameter', "parameter 'triton_secret' for model 'm' is reserved", (client) =>
    infer(client, [x], { parameters: { triton_secret: text('s') } }),
  ),
  ...(['Status', 'Register', 'Unregister'] as const).flatMap((what): Row[] =>
    (['System', 'Cuda'] as const).map((kind) => ({
      name: `${kind} shared memory: ${what}`,
      ask: (client) => client.call(`${kind}SharedMemory${what}`, {}),
      code: status.UNIMPLEMENTED,
      message: 'shared memory is not supported, because',
    })),
  ),
  {
    name: 'trace settings',
    ask: (client) => client.call('TraceSetting', {}),
    code: status.UNIMPLEMENTED,
    message: 'trace settings are not supported by calls',
  },
  {
    name: 'log settings',
    ask: (client) => client.call('LogSettings', {}),
    code: status.UNIMPLEMENTED,
    message: 'log settings are not supported by calls',
  },
  {
    name: 'another repository',
    ask: (client) => client.call('RepositoryIndex', { repositoryName: 'mine' }),
    code: status.UNIMPLEMENTED,
    message: "'repository_name' specification is not supported",
  },
];

let service: TestService;
const clients = new Map<StatusStyle, InferenceClient>();

beforeAll(async () => {
  service = await startService(files, { maxBatchRows: 8 });
  await service.models.UnloadModel({ name: 'away', version: 0 }, newCall());
  for (const style of statusStyles)
    clients.set(style, await connectHandlers(service.inference, service.closers, style));
});
afterAll(() => service?.closers.close());

describe.each(statusStyles)('over the wire, told %s', (style) => {
  it.each(table)('$name', async (row) => {
    await expect(row.ask(clients.get(style)!)).rejects.toMatchObject({
      code: style === 'honest' ? row.code : (row.tritonCode ?? row.code),
      details: expect.stringContaining(row.message),
    });
  });

  it('a version that is not ready is told by ModelReady, and is no error', async () => {
    const client = clients.get(style)!;
    expect(await client.call('ModelReady', { name: 'm', version: '2' })).toEqual({ ready: false });
    expect(await client.call('ModelReady', { name: 'broken', version: '' })).toEqual({ ready: false });
    expect(await client.call('ModelReady', { name: 'm', version: '1' })).toEqual({ ready: true });
  });

  it('what fails in a stream is told in its place, and the stream goes on', async () => {
    const good = { modelName: 'm', inputs: [x], rawInputContents: [raw(12)] };
    const answers = await clients.get(style)!.stream([
      { ...good, id: 'a' },
      { ...good, id: 'b', modelName: 'nobody' },
      { ...good, id: 'c' },
    ]);
    expect(answers.map(({ inferResponse }) => inferResponse?.id)).toEqual(['a', 'b', 'c']);
    expect(answers.map(({ errorMessage }) => errorMessage)).toEqual([
      '',
      expect.stringContaining("Request for unknown model: 'nobody' is not found"),
      '',
    ]);
  });
});
