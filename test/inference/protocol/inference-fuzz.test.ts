import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { InferParameter__Output as InferParameter } from '../../../services/gen/inference/InferParameter.ts';
import type { InferTensorContents__Output as Contents } from '../../../services/gen/inference/InferTensorContents.ts';
import type { ModelInferRequest__Output as ModelInferRequest } from '../../../services/gen/inference/ModelInferRequest.ts';
import { type Datatype, encodings } from '../../../services/inference/tensors/datatype.ts';
import { isMeshError } from '../../../services/kit/errors/mesh-error.ts';
import { newCall, startService, type TestService } from '../mesh-parts.ts';
import { identityModel } from '../onnx-models.ts';

const types = Object.keys(encodings) as Datatype[];
let service: TestService;

beforeAll(async () => {
  service = await startService(
    Object.fromEntries(types.map((type) => [`${type}/1/model.onnx`, identityModel(type, ['N', 2])])),
  );
});
afterAll(() => service.closers.close());

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const dimension = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('0', '1', '2', '3') }, int64);
const sometimes = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.oneof(fc.constant<T[]>([]), fc.array(of, { maxLength: 6 }));
const bytes = fc.uint8Array({ maxLength: 64 }).map((b) => Buffer.from(b));
const contents: fc.Arbitrary<Contents> = fc.record({
  boolContents: sometimes(fc.boolean()),
  intContents: sometimes(fc.integer()),
  int64Contents: sometimes(int64),
  uintContents: sometimes(fc.nat()),
  uint64Contents: sometimes(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)),
  fp32Contents: sometimes(fc.float()),
  fp64Contents: sometimes(fc.double()),
  bytesContents: sometimes(bytes),
});
const parameters = fc.oneof(
  { weight: 6, arbitrary: fc.constant<ModelInferRequest['parameters']>({}) },
  fc.dictionary(
    fc.constantFrom('priority', 'timeout', 'classification', 'shared_memory_region', 'content_type', 'x'),
    int64.map((value): InferParameter => ({ int64Param: value, parameterChoice: 'int64Param' })),
    { maxKeys: 2 },
  ),
);
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constant('x') },
  fc.constantFrom('', '__proto__', 'constructor', 'y'),
);
const wellSized = fc.constantFrom(...types).chain((type) =>
  fc.record({
    type: fc.constant(type),
    rows: fc.nat(4),
    seed: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  }),
);

const wild: fc.Arbitrary<ModelInferRequest> = fc.record({
  modelName: fc.constantFrom(...types, 'nothing', '', '@', 'FP32@1', 'FP32@x', '__proto__'),
  modelVersion: fc.constantFrom('', '1', '2', '-1', 'x', '99999999999999999999'),
  id: fc.string(),
  parameters,
  inputs: fc.array(
    fc.record({
      name,
      datatype: fc.constantFrom(...types, 'BF16', '', 'toString'),
      shape: fc.array(dimension, { maxLength: 3 }),
      parameters,
      contents: fc.option(contents),
    }),
    { maxLength: 2 },
  ),
  outputs: fc.array(fc.record({ name: fc.constantFrom('y', 'x', ''), parameters }), {
    maxLength: 2,
  }),
  rawInputContents: sometimes(bytes),
});

it('ModelInfer answers any request with a named error or with as many rows as it was given', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(wild, { minLength: 1, maxLength: 4 }), async (requests) => {
      const outcomes = await Promise.allSettled(
        requests.map(async (request) => service.inference.ModelInfer(request, newCall())),
      );
      for (const [i, outcome] of outcomes.entries()) {
        if (outcome.status === 'rejected') {
          expect(isMeshError(outcome.reason) && outcome.reason.reason).not.toBe('INTERNAL');
          expect(isMeshError(outcome.reason)).toBe(true);
        } else expect(outcome.value.outputs[0]?.shape).toEqual(requests[i]?.inputs[0]?.shape);
      }
    }),
    { numRuns: 500 },
  );
});

it("ModelInfer gives an identity model's input back bit by bit, whoever shares the batch", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(wellSized, { minLength: 1, maxLength: 8 }), async (wanted) => {
      const requests = wanted
        .filter(({ type }) => type !== 'BYTES')
        .map(({ type, rows, seed }) => {
          const size = encodings[type].sizeBytes;
          const raw = Buffer.from(seed.map((b) => (type === 'BOOL' ? b & 1 : b))).subarray(
            0,
            rows * 2 * size,
          );
          return { type, rows, raw };
        });
      const answers = await Promise.all(
        requests.map(({ type, rows, raw }) =>
          service.inference.ModelInfer(
            {
              modelName: type,
              modelVersion: '1',
              id: '',
              parameters: {},
              inputs: [
                { name: 'x', datatype: type, shape: [String(rows), '2'], parameters: {}, contents: null },
              ],
              outputs: [],
              rawInputContents: [raw],
            },
            newCall(),
          ),
        ),
      );
      expect(answers.map(({ rawOutputContents }) => rawOutputContents[0]?.toString('hex'))).toEqual(
        requests.map(({ raw }) => raw.toString('hex')),
      );
    }),
    { numRuns: 300 },
  );
});
