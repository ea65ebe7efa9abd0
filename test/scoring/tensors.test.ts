import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TensorSpec__Output } from '../../services/gen/scoremesh/inference/v1/TensorSpec.ts';
import type { Value__Output } from '../../services/gen/scoremesh/scoring/v1/Value.ts';
import { isMeshError } from '../../services/kit/errors/mesh-error.ts';
import { datatypes } from '../../services/scoring/datatypes.ts';
import { planOf } from '../../services/scoring/score-plan.ts';
import { inferRequest } from '../../services/scoring/tensors.ts';
import {
  featuresResponse,
  flag,
  float32,
  float64,
  integer,
  model,
  number,
  scoreRequest,
  tensor,
  text,
} from './fakes.ts';

const spec = (datatype: string, shape = ['-1', '-1']): TensorSpec__Output => ({ name: 'x', datatype, shape });

function fromColumns(datatype: string, inputs: Record<string, Value__Output>) {
  const columns = Object.keys(inputs);
  const plan = planOf(
    model({ inputs: [spec(datatype)], sources: [{ tensor: 'x', columns, featureSet: '', input: '' }] }),
  );
  return inferRequest(plan, scoreRequest({ inputs }), undefined);
}

function fromInput(tensorSpec: TensorSpec__Output, value: Value__Output) {
  return inferRequest(
    planOf(model({ inputs: [tensorSpec] })),
    scoreRequest({ inputs: { x: value } }),
    undefined,
  );
}

function fromFeatures(datatype: string, blocks: [datatype: string, features: number, data: Buffer][]) {
  const plan = planOf(
    model({
      inputs: [spec(datatype)],
      sources: [{ tensor: 'x', columns: [], featureSet: 'set', input: '' }],
    }),
  );
  const response = {
    ...featuresResponse(),
    blocks: blocks.map(([type, features, data]) => ({ datatype: type, features, data })),
  };
  return inferRequest(plan, scoreRequest(), response);
}

const names = Object.keys(datatypes);
const limits: Record<string, [bigint, bigint]> = {
  UINT8: [0n, 255n],
  INT8: [-128n, 127n],
  UINT16: [0n, 65_535n],
  INT16: [-32_768n, 32_767n],
  UINT32: [0n, 2n ** 32n - 1n],
  INT32: [-(2n ** 31n), 2n ** 31n - 1n],
  UINT64: [0n, 2n ** 63n - 1n],
  INT64: [-(2n ** 63n), 2n ** 63n - 1n],
};

describe('columns', () => {
  it.each(names)('of single values make one row of %s', (datatype) => {
    const { sizeBytes, read } = datatypes[datatype]!;
    const request = fromColumns(datatype, { a: number(1), b: integer(0), c: flag(true) });
    expect(request.inputs).toMatchObject([{ name: 'x', datatype, shape: ['1', '3'] }]);
    const [data] = request.rawInputContents;
    expect(data).toHaveLength(3 * sizeBytes);
    expect([0, 1, 2].map((place) => Number(read(data!, place * sizeBytes)))).toEqual([1, 0, 1]);
  });

  it.each(Object.keys(limits))('hold every integer of %s and refuse every other by name', (datatype) => {
    const [least, most] = limits[datatype]!;
    const around = (edge: bigint) => fc.bigInt({ min: edge - 3n, max: edge + 3n });
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(fc.oneof(int64, around(least), around(most)), (value) => {
        fc.pre(BigInt.asIntN(64, value) === value);
        try {
          const { rawInputContents } = fromColumns(datatype, { a: integer(value) });
          expect(BigInt(datatypes[datatype]!.read(rawInputContents[0]!, 0))).toBe(value);
        } catch (error) {
          if (!isMeshError(error)) throw error;
          expect(error).toMatchObject({
            reason: 'INPUT_OUT_OF_RANGE',
            message: expect.stringContaining(`"a" is ${value}`),
          });
          expect(value < least || value > most).toBe(true);
        }
      }),
    );
  });

  it.each([
    ['UINT8', integer(300)],
    ['UINT8', number(-1)],
    ['INT32', number(1.5)],
    ['INT64', number(Number.NaN)],
    ['INT64', number(1e300)],
    ['UINT64', integer(-1)],
    ['FP32', number(1e300)],
    ['FP32', number(-1e39)],
  ])('of %s refuse what would become another number', (datatype, value) => {
    expect(() => fromColumns(datatype, { a: value })).toThrow(
      expect.objectContaining({
        reason: 'INPUT_OUT_OF_RANGE',
        details: { violations: [expect.objectContaining({ field: 'inputs.a' })] },
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'of floating point hold %d',
    (value) => {
      const data = fromColumns('FP32', { a: number(value) }).rawInputContents[0]!;
      expect(Object.is(data.readFloatLE(0), value)).toBe(true);
    },
  );

  it.each(['FP16', 'BYTES'])('can’t be made of %s, and that is said', (datatype) => {
    expect(() => fromColumns(datatype, { a: number(1) })).toThrow(
      expect.objectContaining({ reason: 'INPUT_TYPE_MISMATCH' }),
    );
  });
});

describe('features', () => {
  it('of the tensor’s own datatype are passed on without a copy', () => {
    const data = float32(1, 2);
    expect(fromFeatures('FP32', [['FP32', 2, data]]).rawInputContents[0]).toBe(data);
  });

  it('of several datatypes are converted, in order', () => {
    const request = fromFeatures('FP32', [
      ['FP64', 2, float64(1.5, Number.NaN)],
      ['INT64', 1, Buffer.from(BigInt64Array.of(-7n).buffer)],
      ['BOOL', 1, Buffer.from([1])],
    ]);
    expect(request.inputs[0]!.shape).toEqual(['1', '4']);
    const data = request.rawInputContents[0]!;
    expect([0, 4, 8, 12].map((at) => data.readFloatLE(at))).toEqual([1.5, Number.NaN, -7, 1]);
  });

  it.each([
    ['UINT8', 300],
    ['INT64', Number.NaN],
    ['INT64', 0.5],
    ['FP32', 1e300],
  ])('that %s can’t hold are refused by their place and value', (datatype, value) => {
    expect(() => fromFeatures(datatype, [['FP64', 2, float64(0, value)]])).toThrow(
      expect.objectContaining({
        reason: 'INPUT_OUT_OF_RANGE',
        message: expect.stringContaining(`feature number 2 is ${value}`),
      }),
    );
  });

  it('that are text can’t be a number, and that is said', () => {
    expect(() => fromFeatures('FP32', [['BYTES', 1, Buffer.alloc(4)]])).toThrow(
      expect.objectContaining({ reason: 'MODEL_INVALID' }),
    );
  });
});

describe('a tensor input', () => {
  it('is passed on as it is', () => {
    const data = float32(1, 2, 3);
    const request = fromInput(spec('FP32'), tensor('FP32', [1, 3], data));
    expect(request.inputs[0]).toMatchObject({ shape: ['1', '3'], datatype: 'FP32' });
    expect(request.rawInputContents[0]).toBe(data);
  });

  it('of another datatype is refused', () => {
    expect(() => fromInput(spec('FP32'), tensor('FP64', [1], float64(1)))).toThrow(
      expect.objectContaining({ reason: 'TENSOR_INVALID' }),
    );
  });

  it.each([[[] as string[]], [['1']], [['-1']], [['-1', '1']], [['-1', '-1']]])(
    'of shape %j takes a single value',
    (shape) => {
      const request = fromInput(spec('FP32', shape), number(2.5));
      expect(request.inputs[0]!.shape).toEqual(shape.map(() => '1'));
      expect(request.rawInputContents[0]!.readFloatLE(0)).toBe(2.5);
    },
  );

  it('of several elements takes none', () => {
    expect(() => fromInput(spec('FP32', ['-1', '3']), number(1))).toThrow(
      expect.objectContaining({ reason: 'INPUT_TYPE_MISMATCH' }),
    );
  });

  it('of text takes text alone', () => {
    expect(fromInput(spec('BYTES', ['1']), text('é')).rawInputContents[0]).toEqual(
      Buffer.from([2, 0, 0, 0, 0xc3, 0xa9]),
    );
    expect(() => fromInput(spec('BYTES', ['1']), number(1))).toThrow(
      expect.objectContaining({ reason: 'INPUT_TYPE_MISMATCH' }),
    );
    expect(() => fromInput(spec('FP32', ['1']), text('1'))).toThrow(
      expect.objectContaining({ reason: 'INPUT_TYPE_MISMATCH' }),
    );
  });

  it('refuses a single value that its datatype can’t hold', () => {
    expect(() => fromInput(spec('UINT8', ['1']), integer(300))).toThrow(
      expect.objectContaining({ reason: 'INPUT_OUT_OF_RANGE' }),
    );
  });
});
