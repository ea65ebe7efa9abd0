import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floatsOf, inferRequest, newCall, startService, type TestService } from '../mesh-parts.ts';
import { buildModel } from '../onnx-models.ts';

/** y[A,B] of the shape that is asked for, filled with v. */
const expand = buildModel({
  inputs: [
    { name: 'v', type: 'FP32', shape: [1] },
    { name: 's', type: 'INT64', shape: [2] },
  ],
  outputs: [{ name: 'y', type: 'FP32', shape: ['A', 'B'] }],
  nodes: [{ op: 'Expand', inputs: ['v', 's'], outputs: ['y'] }],
});

const ask = (rows: bigint, columns: bigint) =>
  inferRequest('expand', [
    { name: 'v', datatype: 'FP32', shape: [1], raw: Float32Array.of(7) },
    { name: 's', datatype: 'INT64', shape: [2], raw: BigInt64Array.of(rows, columns) },
  ]);

let service: TestService;
beforeAll(async () => {
  service = await startService({ 'expand/1/model.onnx': expand }, { maxAnswerBytes: 1024 });
});
afterAll(() => service.closers.close());

describe('an answer', () => {
  it('is given up to the limit', async () => {
    const answer = await service.inference.ModelInfer(ask(16n, 16n), newCall());
    expect(floatsOf(answer.rawOutputContents[0])).toEqual(new Array(256).fill(7));
  });

  it('beyond the limit is refused by name, and the model goes on', async () => {
    await expect(service.inference.ModelInfer(ask(1n, 257n), newCall())).rejects.toMatchObject({
      reason: 'MESSAGE_TOO_LARGE',
      message: expect.stringContaining("model 'expand' version 1 has 1028 bytes, more than the 1024"),
    });
    const answer = await service.inference.ModelInfer(ask(1n, 1n), newCall());
    expect(floatsOf(answer.rawOutputContents[0])).toEqual([7]);
  });
});
