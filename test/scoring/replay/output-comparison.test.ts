import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputsOf } from '../../../services/scoring/answer.ts';
import { farthest } from '../../../services/scoring/replay/element-bits.ts';
import {
  givenTensors,
  outputDifferences,
  valueDistance,
} from '../../../services/scoring/replay/output-comparison.ts';
import { planOf } from '../../../services/scoring/score-plan.ts';
import { flag, float32, inferResponse, integer, model, number, tensor, text } from '../fakes.ts';

const given = (datatype: string, data: Buffer, shape = ['1', '1']) => ({ datatype, shape, data });
const float64 = (value: number): Buffer => Buffer.from(Float64Array.of(value).buffer);

describe('a recorded value', () => {
  it('has the bits of the element that it was', () => {
    expect(valueDistance(number(Math.fround(0.1)), given('FP32', float32(0.1)))).toBeUndefined();
    expect(valueDistance(number(0.1), given('FP64', float64(0.1)))).toBeUndefined();
    expect(valueDistance(number(Number.NaN), given('FP32', float32(Number.NaN)))).toBeUndefined();
    expect(valueDistance(integer(-1), given('INT32', Buffer.alloc(4, 255)))).toBeUndefined();
    expect(valueDistance(flag(true), given('BOOL', Buffer.from([1])))).toBeUndefined();
    expect(valueDistance(text('a'), given('BYTES', Buffer.from([1, 0, 0, 0, 97])))).toBeUndefined();
  });

  it('differs by a unit, in sign of zero, in type, or where there is more or nothing', () => {
    const one = { elements: 1 };
    expect(valueDistance(number(-0), given('FP32', float32(0)))).toEqual({ ...one, maxUlp: 1n });
    // No float32 is this number.
    expect(valueDistance(number(0.1), given('FP32', float32(0.1)))).toEqual({ ...one, maxUlp: 1n });
    expect(valueDistance(number(1), given('INT64', Buffer.alloc(8)))).toEqual({ ...one, maxUlp: farthest });
    expect(valueDistance(integer(300), given('UINT8', Buffer.alloc(1)))).toEqual({
      ...one,
      maxUlp: farthest,
    });
    expect(valueDistance(number(1), given('FP32', float32(1, 1), ['2']))).toEqual({
      ...one,
      maxUlp: farthest,
    });
    expect(valueDistance(number(1), undefined)).toEqual({ ...one, maxUlp: farthest });
  });

  it('of a whole tensor has its datatype, shape and data', () => {
    const recorded = tensor('FP32', [2, 1], float32(1, 2));
    expect(valueDistance(recorded, given('FP32', float32(1, 2), ['2', '1']))).toBeUndefined();
    expect(valueDistance(recorded, given('FP32', float32(1, 2), ['1', '2']))?.elements).toBe(2);
    expect(valueDistance(recorded, given('FP32', float32(1, 3), ['2', '1']))?.elements).toBe(1);
  });

  it('never differs from the answer that it was made from, and does from any other bits', () => {
    const scalar = fc.oneof(
      fc.float().map((value) => ['FP32', float32(value)] as const),
      fc.double().map((value) => ['FP64', float64(value)] as const),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => {
        const data = Buffer.alloc(8);
        data.writeBigInt64LE(value);
        return ['INT64', data] as const;
      }),
      fc.nat(255).map((value) => ['UINT8', Buffer.from([value])] as const),
      fc.boolean().map((value) => ['BOOL', Buffer.from([Number(value)])] as const),
    );
    const plan = planOf(model());
    const readOf = (datatype: string, data: Buffer) =>
      outputsOf(plan, inferResponse({ y: [datatype, [1, 1], data] })).score!;
    fc.assert(
      fc.property(scalar, scalar, ([datatype, data], [otherType, other]) => {
        const recorded = readOf(datatype, data);
        expect(valueDistance(recorded, given(datatype, data))).toBeUndefined();
        const isNan = (bytes: Buffer) => Number.isNaN(readOf(datatype, bytes).number);
        if (datatype === otherType && !data.equals(other) && !(isNan(data) && isNan(other)))
          expect(valueDistance(recorded, given(datatype, other))).toBeDefined();
      }),
    );
  });
});

describe('outputs', () => {
  it('are compared by name, and what was too large by its digest', () => {
    const response = inferResponse({ y: ['FP32', [1, 1], float32(0.5)], mask: ['FP32', [2], float32(1, 2)] });
    const named = [
      { name: 'score', tensor: 'y' },
      { name: 'mask', tensor: 'mask' },
    ];
    const tensors = givenTensors(response, named);
    const recorded = { score: number(0.5), mask: tensor('FP32', [2], Buffer.alloc(0)) };
    const omitted = (data: Buffer) =>
      new Map([
        [
          'mask',
          { path: 'outputs.mask', sha256: createHash('sha256').update(data).digest(), sizeBytes: '8' },
        ],
      ]);
    expect(outputDifferences(recorded, tensors, omitted(float32(1, 2)))).toEqual([]);
    expect(outputDifferences(recorded, tensors, omitted(float32(1, 3)))).toEqual([
      { output: 'mask', maxUlp: String(farthest), elements: '2' },
    ]);
    expect(outputDifferences({ ...recorded, gone: number(1) }, tensors, omitted(float32(1, 2)))).toEqual([
      { output: 'gone', maxUlp: String(farthest), elements: '1' },
    ]);
  });
});
