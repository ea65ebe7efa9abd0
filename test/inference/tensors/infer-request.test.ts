import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InferParameter__Output as InferParameter } from '../../../services/gen/inference/InferParameter.ts';
import type { InferTensorContents__Output as Contents } from '../../../services/gen/inference/InferTensorContents.ts';
import type { ModelInferRequest__Output as ModelInferRequest } from '../../../services/gen/inference/ModelInferRequest.ts';
import { type Datatype, encodings } from '../../../services/inference/tensors/datatype.ts';
import { readInferRequest } from '../../../services/inference/tensors/infer-request.ts';
import { describeShape } from '../../../services/inference/tensors/model-shape.ts';
import { readRequestParameters } from '../../../services/inference/tensors/request-parameters.ts';
import type { Tensor } from '../../../services/inference/tensors/tensor.ts';
import { writeElements } from '../../../services/inference/tensors/text-elements.ts';
import { Code } from '../../../services/kit/errors/catalogue.ts';
import { isMeshError } from '../../../services/kit/errors/mesh-error.ts';
import { inferRequest } from '../mesh-parts.ts';

const datatypes = Object.keys(encodings) as Datatype[];
/** x[N,2] and side[N] of one datatype, which answers y and z. */
const modelOf = (datatype: Datatype) =>
  describeShape(
    'm',
    [
      { name: 'x', datatype, shape: [-1, 2], symbols: ['N', ''] },
      { name: 'side', datatype: 'INT8', shape: [-1], symbols: ['N'] },
    ],
    [
      { name: 'y', datatype, shape: [-1], symbols: ['N'] },
      { name: 'z', datatype, shape: [-1], symbols: ['N'] },
    ],
  );

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const some = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant<T[]>([]) }, fc.array(of, { maxLength: 5 }));
const contents: fc.Arbitrary<Contents> = fc.record({
  boolContents: some(fc.boolean()),
  intContents: some(fc.oneof(fc.integer(), fc.integer({ min: -200, max: 200 }))),
  int64Contents: some(int64),
  uintContents: some(fc.nat()),
  uint64Contents: some(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)),
  fp32Contents: some(fc.float()),
  fp64Contents: some(fc.double()),
  bytesContents: some(bytes),
});
const parameter: fc.Arbitrary<InferParameter> = fc.oneof(
  fc.constant<InferParameter>({}),
  int64.map((value): InferParameter => ({ int64Param: value, parameterChoice: 'int64Param' })),
  fc.string().map((value): InferParameter => ({ stringParam: value, parameterChoice: 'stringParam' })),
  fc.boolean().map((value): InferParameter => ({ boolParam: value, parameterChoice: 'boolParam' })),
);
const parameters = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Record<string, InferParameter>>({}) },
  fc.dictionary(
    fc.constantFrom(
      'priority',
      'timeout',
      'classification',
      'shared_memory_region',
      'content_type',
      '__proto__',
      'x',
    ),
    parameter,
    { maxKeys: 2 },
  ),
);
const oddly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: odd });
const dimension = oddly(fc.constantFrom('0', '1', '2', '3'), int64);

const input = (datatype: Datatype) =>
  fc.record({
    name: oddly(fc.constantFrom('x', 'side'), fc.constantFrom('', '__proto__', 'y', 'constructor')),
    datatype: oddly<string>(
      fc.constantFrom(datatype, 'INT8'),
      fc.constantFrom('BF16', '', 'toString', 'FP32'),
    ),
    shape: fc.oneof(
      dimension.map((rows) => [rows, '2']),
      dimension.map((rows) => [rows]),
      fc.array(dimension, { maxLength: 4 }),
    ),
    parameters,
    contents: fc.option(contents),
  });
const request = (datatype: Datatype): fc.Arbitrary<ModelInferRequest> =>
  fc.record({
    modelName: fc.constant('m'),
    modelVersion: fc.constant(''),
    id: fc.string(),
    parameters,
    inputs: fc.array(input(datatype), { maxLength: 3 }),
    outputs: some(fc.record({ name: oddly(fc.constantFrom('y', 'z'), fc.string()), parameters })),
    rawInputContents: some(bytes),
  });
/** Fits the model but for one thing that may be wrong with its content. */
const almost = (datatype: Datatype): fc.Arbitrary<ModelInferRequest> =>
  fc
    .record({
      rows: fc.nat(3),
      slip: fc.constantFrom(0, 0, 0, 1, -1),
      seed: fc.infiniteStream(fc.nat(255)),
      swap: fc.boolean(),
    })
    .map(({ rows, slip, seed, swap }) => {
      const take = (count: number): Buffer =>
        Buffer.from(Array.from({ length: Math.max(0, count) }, () => seed.next().value ?? 0));
      const { sizeBytes } = encodings[datatype];
      const raw =
        datatype === 'BYTES'
          ? writeElements(Array.from({ length: Math.max(rows * 2 + slip, 0) }, (_, i) => `é${i}`))
          : datatype === 'BOOL'
            ? take(rows * 2 + slip).map((byte) => byte & 1)
            : take(rows * 2 * sizeBytes + slip);
      const both = [
        { name: 'x', datatype, shape: [rows, 2], raw: Buffer.from(raw) },
        { name: 'side', datatype: 'INT8', shape: [rows], raw: take(rows) },
      ];
      return inferRequest('m', swap ? both.reverse() : both);
    });

const rawOf = ({ data }: Tensor): Buffer =>
  data instanceof Uint8Array ? Buffer.from(data) : writeElements(data as readonly string[]);

/** What the request says, or the code and reason of its refusal. Fails on anything else. */
function read(message: ModelInferRequest, datatype: Datatype): readonly Tensor[] | undefined {
  try {
    readRequestParameters(message.parameters, 'm');
    return readInferRequest(message, modelOf(datatype)).tensors;
  } catch (error) {
    if (!isMeshError(error)) throw error;
    expect([error.reason, error.code]).toEqual(['TENSOR_INVALID', Code.INVALID_ARGUMENT]);
    expect(error.message).not.toBe('');
    return undefined;
  }
}

/** The content that an input was sent with, by the rules of the protocol. */
function sent(message: ModelInferRequest, name: string, datatype: Datatype): Buffer {
  const at = message.inputs.findIndex((one) => one.name === name);
  const raw = message.rawInputContents[at];
  if (raw !== undefined) return raw;
  const typed = message.inputs[at]?.contents;
  if (!typed) return Buffer.alloc(0);
  const views: Record<Exclude<Datatype, 'FP16' | 'BYTES'>, () => ArrayBufferView> = {
    BOOL: () => Uint8Array.from(typed.boolContents, Number),
    INT8: () => Int8Array.from(typed.intContents),
    INT16: () => Int16Array.from(typed.intContents),
    INT32: () => Int32Array.from(typed.intContents),
    INT64: () => BigInt64Array.from(typed.int64Contents.map(BigInt)),
    UINT8: () => Uint8Array.from(typed.uintContents),
    UINT16: () => Uint16Array.from(typed.uintContents),
    UINT32: () => Uint32Array.from(typed.uintContents),
    UINT64: () => BigUint64Array.from(typed.uint64Contents.map(BigInt)),
    FP32: () => Float32Array.from(typed.fp32Contents),
    FP64: () => Float64Array.from(typed.fp64Contents),
  };
  if (datatype === 'BYTES') return writeElements(typed.bytesContents.map((element) => element.toString()));
  if (datatype === 'FP16') return Buffer.alloc(0);
  const view = views[datatype]();
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

describe.each(datatypes)('a request of %s', (datatype) => {
  it('is read as it was sent or refused with a name, whatever it holds', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(request(datatype), almost(datatype)), (message) => {
        const tensors = read(message, datatype);
        if (tensors === undefined) return;
        taken++;
        expect(tensors).toHaveLength(2);
        for (const [i, name] of ['x', 'side'].entries()) {
          const asked = message.inputs.find((one) => one.name === name)!;
          expect(tensors[i]!.shape.map(String)).toEqual(asked.shape);
          const expected = sent(message, name, name === 'x' ? datatype : 'INT8');
          expect(rawOf(tensors[i]!).equals(expected)).toBe(true);
        }
        expect(tensors[0]!.shape[0]).toBe(tensors[1]!.shape[0]);
      }),
      { numRuns: 600 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});

it('sizes that no number can hold are refused', () => {
  for (const size of ['9007199254740993', '9223372036854775807', '-9223372036854775808'])
    expect(() =>
      readInferRequest(
        inferRequest('m', [
          { name: 'x', datatype: 'FP32', shape: [size, 2], raw: new Uint8Array(0) },
          { name: 'side', datatype: 'INT8', shape: [0], raw: new Uint8Array(0) },
        ]),
        modelOf('FP32'),
      ),
    ).toThrow(`Expected [-1,2], got [${size},2].`);
});
