import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision__Output } from '../../services/gen/scoremesh/inference/v1/Decision.ts';
import { outputsOf } from '../../services/scoring/answer.ts';
import { bytesElement, bytesElements, datatypes } from '../../services/scoring/datatypes.ts';
import { planOf } from '../../services/scoring/score-plan.ts';
import { flag, float32, inferResponse, integer, model, number, tensor, text } from './fakes.ts';

const decision: Decision__Output = { output: 'score', threshold: 0.5, above: 'late', below: 'on time' };
const plan = planOf(model());
const deciding = planOf(model({ decision }));

function bytesOf(datatype: string, value: number | bigint): Buffer {
  const type = datatypes[datatype]!;
  const data = Buffer.alloc(type.sizeBytes);
  type.write(data, 0, value);
  return data;
}

describe('an answer', () => {
  it.each([
    ['FP32', 0.5, number(0.5)],
    ['FP64', 0.1, number(0.1)],
    ['BOOL', 1, flag(true)],
    ['BOOL', 0, flag(false)],
    ['INT8', -5, integer(-5)],
    ['UINT8', 200, integer(200)],
    ['INT16', -300, integer(-300)],
    ['UINT16', 60_000, integer(60_000)],
    ['INT32', -70_000, integer(-70_000)],
    ['UINT32', 4_000_000_000, integer(4_000_000_000)],
    ['INT64', -(2n ** 63n), integer(-(2n ** 63n))],
    ['UINT64', 2n ** 63n - 1n, integer(2n ** 63n - 1n)],
  ])('has one element of %s (%s) as a plain value', (datatype, value, expected) => {
    const response = inferResponse({ y: [datatype, [1, 1], bytesOf(datatype, value)] });
    expect(outputsOf(plan, response)).toEqual({ score: expected });
  });

  it('has one element of BYTES as text', () => {
    expect(outputsOf(plan, inferResponse({ y: ['BYTES', [1], bytesElement('né')] }))).toEqual({
      score: text('né'),
    });
  });

  it.each([
    ['UINT64', [1], bytesOf('UINT64', 2n ** 63n)],
    ['FP16', [1], Buffer.alloc(2)],
    ['FP32', [1, 2], float32(1, 2)],
    ['FP32', [0], Buffer.alloc(0)],
    ['BYTES', [2], Buffer.concat([bytesElement('a'), bytesElement('b')])],
  ])('has %s of shape %j as a tensor', (datatype, shape, data) => {
    expect(outputsOf(plan, inferResponse({ y: [datatype, shape, data] }))).toEqual({
      score: tensor(datatype, shape, data),
    });
  });

  it.each([
    [0.5, 'late'],
    [0.49, 'on time'],
    [Number.POSITIVE_INFINITY, 'late'],
    [Number.NEGATIVE_INFINITY, 'on time'],
  ])('decides at %d: %s', (value, expected) => {
    expect(outputsOf(deciding, inferResponse({ y: ['FP64', [1], bytesOf('FP64', value)] })).decision).toEqual(
      text(expected),
    );
  });

  it('decides on integers too', () => {
    expect(outputsOf(deciding, inferResponse({ y: ['INT64', [1], bytesOf('INT64', 1n)] })).decision).toEqual(
      text('late'),
    );
  });

  it.each([
    ['NaN', ['FP32', [1], float32(Number.NaN)]],
    ['several numbers', ['FP32', [2], float32(1, 2)]],
    ['text', ['BYTES', [1], bytesElement('0.9')]],
  ] as const)('is refused where %s has to be decided', (_what, y) => {
    expect(() => outputsOf(deciding, inferResponse({ y: y as never }))).toThrow(
      expect.objectContaining({ reason: 'INFERENCE_FAILED', message: expect.stringContaining('score') }),
    );
  });

  it('is refused where the model gave no such output', () => {
    expect(() => outputsOf(plan, inferResponse({ z: ['FP32', [1], float32(1)] }))).toThrow(
      expect.objectContaining({ reason: 'INFERENCE_FAILED', message: expect.stringContaining('"y"') }),
    );
  });
});

describe('elements of BYTES', () => {
  it('are split as they were joined', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
        expect(
          bytesElements(Buffer.concat(texts.map(bytesElement))).map((element) => element.toString('utf8')),
        ).toEqual(texts);
      }),
    );
  });

  it('of any bytes end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void bytesElements(Buffer.from(bytes))),
    );
  });
});
