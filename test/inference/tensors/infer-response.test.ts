import { expect, it } from 'vitest';
import {
  createResponseWriter,
  type InferAnswer,
} from '../../../services/inference/tensors/infer-response.ts';
import { describeShape } from '../../../services/inference/tensors/model-shape.ts';
import { messageCodec } from '../../../services/kit/contract/protos.ts';
import { batchOf, isAnswerOf } from '../../../services/scoring/inferred.ts';
import type { ScorePlan } from '../../../services/scoring/score-plan.ts';

const shape = describeShape(
  'm',
  [],
  [
    { name: 'a', datatype: 'UINT8', shape: [-1], symbols: ['N'] },
    { name: 'b', datatype: 'BYTES', shape: [-1], symbols: ['N'] },
  ],
);
const write = createResponseWriter(shape, { version: '3', digest: 'sha256:1' });
const answer: InferAnswer = {
  id: 'i',
  batchRows: 4,
  batchId: '',
  batchRow: 0,
  tensors: [
    { datatype: 'UINT8', shape: [2], data: Uint8Array.of(9, 1, 2, 9).subarray(1, 3) },
    { datatype: 'BYTES', shape: [1], data: ['é'] },
  ],
  wanted: [0, 1],
};
const planOf = (digest: string): ScorePlan =>
  ({ model: { batchClass: 'BATCH_CLASS_INVARIANT', digest } }) as unknown as ScorePlan;

it('an answer has raw contents for each output, in the order wanted, and survives the wire', () => {
  const response = write({ ...answer, wanted: [1, 0] });
  expect(response).toMatchObject({ modelName: 'm', modelVersion: '3', id: 'i' });
  expect(response.outputs).toEqual([
    { name: 'b', datatype: 'BYTES', shape: ['1'], parameters: {}, contents: null },
    { name: 'a', datatype: 'UINT8', shape: ['2'], parameters: {}, contents: null },
  ]);
  expect(response.rawOutputContents).toEqual([Buffer.from([2, 0, 0, 0, 0xc3, 0xa9]), Buffer.from([1, 2])]);
  const codec = messageCodec<object, object>('inference.ModelInferResponse');
  expect(codec.decode(codec.encode(response))).toEqual(response);
});

it('its parameters tell the gateway the run and the content', () => {
  const response = write(answer);
  expect(Object.keys(response.parameters)).toEqual(['batch_size', 'model_digest']);
  expect(batchOf(planOf('sha256:1'), response)).toMatchObject({ batchSize: 4, batchId: '', batchRow: 0 });
  expect(isAnswerOf(planOf('sha256:1'), response)).toBe(true);
  expect(isAnswerOf(planOf('sha256:2'), response)).toBe(false);
});

it('they name the batch where rows depend on it, each its own', () => {
  const responses = ['b-0', 'b-1'].map((batchId, i) => write({ ...answer, batchId, batchRow: i }));
  expect(responses.map((response) => batchOf(planOf('sha256:1'), response))).toMatchObject([
    { batchSize: 4, batchId: 'b-0', batchRow: 0 },
    { batchSize: 4, batchId: 'b-1', batchRow: 1 },
  ]);
  expect(write(answer).parameters.batch_id).toBeUndefined();
});

it('they are not made again for runs of as many rows, and nobody can change them', () => {
  expect(write(answer).parameters).toBe(write({ ...answer, id: 'j' }).parameters);
  expect(Object.isFrozen(write(answer).parameters)).toBe(true);
  expect(write({ ...answer, batchRows: 1_000_000 }).parameters.batch_size?.int64Param).toBe('1000000');
});
