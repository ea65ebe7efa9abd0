import { describe, expect, it } from 'vitest';
import { loadSession } from '../../../services/inference/execution/session.ts';
import { probeBatching } from '../../../services/inference/loading/batch-probe.ts';
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

function probe(bytes: Buffer): ReturnType<typeof probeBatching> {
  const session = loadSession(bytes);
  const batching = probeBatching(describeShape('m', session.inputs, session.outputs), session);
  session.close();
  return batching;
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

describe('whether requests may share a run', () => {
  it.each([
    ['a linear model', linearModel([1, 2, 3], 4)],
    ['a look-up by index', gatherModel([5, 6, 7])],
    ['texts', identityModel('BYTES', ['N', 2])],
    ['open inner dimensions', sumModel()],
  ])('is yes for rows that are independent: %s', (_what, bytes) => {
    expect(probe(bytes)).toEqual({ batched: true });
  });

  it.each([
    ['a fixed first dimension', identityModel('FP32', [2, 3]), 'do not share an open first dimension'],
    ['a scalar', identityModel('FP32', []), 'do not share an open first dimension'],
    ['two different open first dimensions', pairwiseModel(), 'do not share an open first dimension'],
    [
      'a first dimension that is time',
      runningSumModel(),
      "output 'y' of a row depends on the rows beside it",
    ],
  ])('is no for %s', (_what, bytes, reason) => {
    expect(probe(bytes)).toEqual({ batched: false, reason: expect.stringContaining(reason) });
  });

  it('is no for a model that fails on generated rows', () => {
    expect(probe(gatherModel([5]))).toEqual({
      batched: false,
      reason: expect.stringContaining('could not be tried'),
    });
  });
});
