import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ModelWarmup__Output as ModelWarmup } from '../../../services/gen/inference/ModelWarmup.ts';
import { loadSession } from '../../../services/inference/execution/session.ts';
import { readGolden } from '../../../services/inference/loading/golden-cases.ts';
import { checkModel, type ModelFindings } from '../../../services/inference/loading/model-check.ts';
import { describeShape } from '../../../services/inference/tensors/model-shape.ts';
import {
  buildModel,
  floats,
  gatherModel,
  identityModel,
  linearModel,
  runningSumModel,
  sumModel,
} from '../onnx-models.ts';
import { elementwiseModel, perceptronModel, rowMeanModel } from './odd-models.ts';

const settings = {
  maxBatchRows: 1024,
  batchDependentRows: false,
  placement: undefined,
  certificateMs: 60_000,
  loops: false,
} as const;

interface Extras extends Partial<Omit<Parameters<typeof checkModel>[3], 'warmup'>> {
  readonly warmup?: ModelWarmup[];
  readonly golden?: unknown;
  readonly check?: () => void;
}

function check(
  bytes: Buffer,
  { golden, warmup = [], check: giveUp = () => {}, ...changes }: Extras = {},
): ModelFindings {
  const session = loadSession(bytes);
  try {
    const shape = describeShape('m', session.inputs, session.outputs);
    const read = golden === undefined ? { cases: [] } : readGolden(JSON.stringify(golden), shape);
    if ('faults' in read) throw new Error(read.faults.join());
    return checkModel(shape, session.run, read.cases, { ...settings, ...changes, warmup }, giveUp);
  } finally {
    session.close();
  }
}

/** scores[n,m] = a[n,k] * b[m,k]^T: dimension 0 of both inputs is open, but it is not one batch. */
function pairwiseModel(): Buffer {
  return buildModel({
    inputs: [
      { name: 'a', type: 'FP32', shape: ['n', 2] },
      { name: 'b', type: 'FP32', shape: ['m', 2] },
    ],
    outputs: [{ name: 'scores', type: 'FP32', shape: ['n', 'm'] }],
    constants: [floats('zero', [1], [0])],
    nodes: [{ op: 'Gemm', inputs: ['a', 'b', 'zero'], outputs: ['scores'], ints: { transB: 1 } }],
  });
}

/** y[N,1] = sum of x[N,M], which runs only if M is 6. */
function awkwardModel(): Buffer {
  return buildModel({
    inputs: [{ name: 'x', type: 'FP32', shape: ['N', 'M'] }],
    outputs: [{ name: 'y', type: 'FP32', shape: ['N', 1] }],
    constants: [floats('ones', [6, 1], [1, 1, 1, 1, 1, 1])],
    nodes: [{ op: 'MatMul', inputs: ['x', 'ones'], outputs: ['y'] }],
  });
}

/** y[N,4] = x[N,4], plus 1 if there are more than so many rows. */
function sizeStepModel(rows: number): Buffer {
  const integer = (name: string, value: number) =>
    ({
      name,
      type: 'INT64',
      shape: [1],
      bytes: new Uint8Array(BigInt64Array.of(BigInt(value)).buffer),
    }) as const;
  return buildModel({
    inputs: [{ name: 'x', type: 'FP32', shape: ['N', 4] }],
    outputs: [{ name: 'y', type: 'FP32', shape: ['N', 4] }],
    constants: [integer('limit', rows), integer('first', 0)],
    nodes: [
      { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
      { op: 'Gather', inputs: ['shape', 'first'], outputs: ['count'] },
      { op: 'Greater', inputs: ['count', 'limit'], outputs: ['isMore'] },
      { op: 'Cast', inputs: ['isMore'], outputs: ['step'], ints: { to: 1 } },
      { op: 'Add', inputs: ['x', 'step'], outputs: ['y'] },
    ],
  });
}

const trees = readFileSync(
  new URL('../../../examples/flights/models/flight_delay/1/model.onnx', import.meta.url),
);

describe('the batch certificate', () => {
  it.each([
    ['a linear model', linearModel([1, 2, 3], 4)],
    ['a perceptron', perceptronModel(33)],
    ['boosted trees', trees],
    ['a look-up by index', gatherModel([5, 6, 7])],
    ['texts', identityModel('BYTES', ['N', 2])],
    ['sums over open inner dimensions', sumModel()],
  ])('is INVARIANT for %s', (_what, bytes) => {
    expect(check(bytes).certificate).toMatchObject({
      batchClass: 'BATCH_CLASS_INVARIANT',
      finding: expect.stringContaining('same bits alone and in batches of 2, 3, 4, 7, 8, 16, 64'),
      maxRows: undefined,
    });
  });

  it.each([
    ['a logarithm', elementwiseModel('Log', ['N', 1])],
    ['a logarithm of open inner dimensions', elementwiseModel('Log', ['N', 'M'])],
    ['a soft plus', elementwiseModel('Softplus', ['N', 1])],
    ['a mean of a row', rowMeanModel(37)],
    ['a first dimension that is time', runningSumModel()],
  ])('is DEPENDENT, and says how far off, for %s', (_what, bytes) => {
    const { certificate, measured } = check(bytes);
    expect(certificate).toMatchObject({
      batchClass: 'BATCH_CLASS_DEPENDENT',
      finding: expect.stringMatching(
        /^output 'y' of a row depends on its batch: at batch size \d+ .* \d+ ulp$/,
      ),
    });
    // It runs request by request, so only that is timed.
    expect(measured.map(({ rows }) => rows)).toEqual([1]);
  });

  it('is DEPENDENT for rows that only differ in a batch larger than 64', () => {
    const { certificate } = check(sizeStepModel(64));
    expect(certificate).toMatchObject({
      batchClass: 'BATCH_CLASS_DEPENDENT',
      finding: expect.stringContaining('at batch size 256'),
    });
    expect(check(sizeStepModel(1000)).certificate.batchClass).toBe('BATCH_CLASS_DEPENDENT');
  });

  it('compares up to the largest run there may be, and no further', () => {
    const { certificate } = check(sizeStepModel(100), { maxBatchRows: 100 });
    expect(certificate).toMatchObject({
      batchClass: 'BATCH_CLASS_INVARIANT',
      finding: expect.stringContaining('2, 3, 4, 7, 8, 16, 64, 100'),
      maxRows: undefined,
    });
    expect(check(sizeStepModel(100), { maxBatchRows: 8 }).certificate.maxRows).toBeUndefined();
  });

  it('vouches for 64 rows where more of them would take too much memory', () => {
    const { certificate } = check(identityModel('FP32', ['N', 100_000]));
    expect(certificate).toMatchObject({ batchClass: 'BATCH_CLASS_INVARIANT', maxRows: 64 });
  });

  it('is DEPENDENT_BATCHED where the configuration lets them share runs all the same', () => {
    const { certificate } = check(elementwiseModel('Log', ['N', 1]), { batchDependentRows: true });
    expect(certificate.batchClass).toBe('BATCH_CLASS_DEPENDENT_BATCHED');
  });

  it.each([
    ['a fixed first dimension', identityModel('FP32', [2, 3]), 'do not share an open first dimension'],
    ['a scalar', identityModel('FP32', []), 'do not share an open first dimension'],
    ['two different open first dimensions', pairwiseModel(), 'do not share an open first dimension'],
    ['rows that can not differ', gatherModel([5]), 'could not be tried'],
    ['a model that fails on what is generated', awkwardModel(), 'could not be tried'],
  ])('is NONE for %s', (_what, bytes, finding) => {
    expect(check(bytes).certificate).toMatchObject({
      batchClass: 'BATCH_CLASS_NONE',
      finding: expect.stringContaining(finding),
    });
  });

  it('takes golden rows where generated ones do not fit', () => {
    const rows = [
      [1, 2, 3, 4, 5, 6],
      [0, 0, 1, 0, 0, 0],
    ];
    const golden = {
      cases: [
        {
          inputs: [{ name: 'x', shape: [2, 6], datatype: 'FP32', data: rows }],
          outputs: [{ name: 'y', shape: [2, 1], datatype: 'FP32', data: [21, 1] }],
        },
      ],
    };
    expect(check(awkwardModel(), { golden }).certificate).toMatchObject({
      batchClass: 'BATCH_CLASS_INVARIANT',
      finding: expect.stringContaining('2 rows have the same bits'),
    });
  });

  it('says that a model is too slow to compare, and vouches for nothing', () => {
    expect(check(linearModel([1], 2), { certificateMs: 0 }).certificate).toMatchObject({
      batchClass: 'BATCH_CLASS_NONE',
      finding: expect.stringContaining('too long to compare'),
    });
  });
});

describe('a check', () => {
  it('times batches as they will be run', () => {
    const { measured } = check(linearModel([1, 2], 3), { maxBatchRows: 32 });
    expect(measured.map(({ rows }) => rows)).toEqual([1, 8, 32]);
    expect(measured.every(({ ms }) => ms > 0)).toBe(true);
  });

  it('refuses a model that fails on every input', () => {
    const bytes = buildModel({
      inputs: [{ name: 'x', type: 'FP32', shape: ['N', 4] }],
      outputs: [{ name: 'y', type: 'FP32', shape: ['N', 7] }],
      constants: [
        {
          name: 'shape',
          type: 'INT64',
          shape: [2],
          bytes: new Uint8Array(BigInt64Array.from([5n, 7n]).buffer),
        },
      ],
      nodes: [{ op: 'Reshape', inputs: ['x', 'shape'], outputs: ['y'] }],
    });
    expect(() => check(bytes)).toThrow(
      expect.objectContaining({
        reason: 'MODEL_INVALID',
        message: expect.stringContaining('fails on every input'),
      }),
    );
  });

  it('gives up when it is told to', () => {
    const giveUp = (): never => {
      throw new Error('given up');
    };
    expect(() => check(linearModel([1], 2), { check: giveUp })).toThrow('given up');
  });

  it('refuses a golden case that is answered otherwise', () => {
    const x = { name: 'x', shape: [1, 2], datatype: 'FP32', data: [[1, 2]] };
    const y = { name: 'y', shape: [1, 1], datatype: 'FP32', data: [9.5] };
    expect(() =>
      check(linearModel([1, 2], 3), { golden: { cases: [{ inputs: [x], outputs: [y] }] } }),
    ).toThrow(
      expect.objectContaining({
        reason: 'MODEL_INVALID',
        message: "golden.json: cases[0]: output 'y' index 0: got 8, wanted 9.5",
      }),
    );
  });
});

describe('a configured warm-up', () => {
  const warmup = (
    input: Partial<ModelWarmup['inputs'][string]>,
    rest: Partial<ModelWarmup> = {},
  ): ModelWarmup => ({
    name: 'first',
    batchSize: 4,
    count: 3,
    inputs: {
      x: { dataType: 'TYPE_FP32', dims: ['2'], zeroData: true, inputDataType: 'zeroData', ...input },
    },
    ...rest,
  });

  it('is run', () => {
    const { certificate } = check(linearModel([1, 2], 3), {
      warmup: [warmup({}), warmup({ dims: ['9', '2'] })],
    });
    expect(certificate.batchClass).toBe('BATCH_CLASS_INVARIANT');
  });

  it.each([
    ['of another type', warmup({ dataType: 'TYPE_INT64' }), "data_type of 'x' is FP32, not INT64"],
    ['of other sizes', warmup({ dims: ['3'] }), "dims of 'x' make [4,3], but the model has [-1,2]"],
    ['of an input that is missing', warmup({}, { inputs: {} }), "input 'x' is missing"],
  ])('is refused by name if it does not fit: one %s', (_what, first, message) => {
    expect(() => check(linearModel([1, 2], 3), { warmup: [first] })).toThrow(
      expect.objectContaining({ reason: 'MODEL_INVALID', message: `model_warmup 'first': ${message}` }),
    );
  });

  it('refuses the model if it fails', () => {
    const inputs = { x: { dataType: 'TYPE_FP32', dims: ['1', '5'], randomData: true } } as const;
    const first: ModelWarmup = {
      name: '',
      batchSize: 1,
      count: 0,
      inputs: { x: { ...inputs.x, dims: ['1', '5'] } },
    };
    expect(() => check(awkwardModel(), { warmup: [first] })).toThrow(
      expect.objectContaining({
        reason: 'MODEL_INVALID',
        message: expect.stringContaining("model_warmup '0' failed: ONNX Runtime failed"),
      }),
    );
  });
});
