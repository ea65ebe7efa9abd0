import { afterAll, beforeAll, expect, it } from 'vitest';
import { floatsOf, inferRequest, startService, type TestService } from '../mesh-parts.ts';
import { linearModel, runningSumModel } from '../onnx-models.ts';
import { connectHandlers, type WireClient } from './wire.ts';

let service: TestService;
let client: WireClient;

beforeAll(async () => {
  service = await startService({
    'alone/1/model.onnx': runningSumModel(),
    'together/1/model.onnx': runningSumModel(),
    'together/1/model.yaml': 'serving: { batch_dependent_rows: true }',
    'linear/1/model.onnx': linearModel([1], 0),
  });
  client = await connectHandlers(service.inference, service.closers);
});
afterAll(() => service?.closers.close());

const infer = (model: string, value: number) =>
  client.call(
    'ModelInfer',
    inferRequest(model, [{ name: 'x', datatype: 'FP32', shape: [1], raw: Float32Array.of(value) }]),
  );

it.each([
  ['linear', 'INVARIANT', 'the same bits'],
  ['alone', 'DEPENDENT', "output 'y'"],
  ['together', 'DEPENDENT_BATCHED', "output 'y'"],
])('what was found of rows in batches is in the metadata: %s is %s', async (name, batchClass, finding) => {
  const { properties, inputs } = await client.call('ModelMetadata', { name });
  expect(properties).toMatchObject({
    batch_class: `BATCH_CLASS_${batchClass}`,
    batch_finding: expect.stringContaining(finding),
  });
  const { config } = await client.call('ModelConfig', { name });
  // A configuration that has a batch has it in front of each shape.
  if (config!.maxBatchSize > 0) expect(inputs[0]!.shape[0]).toBe('-1');
  else expect(inputs[0]!.shape).toEqual(config!.input[0]!.dims);
});

it('an answer whose rows depend on its batch names the batch and its place there, so that it can be run again', async () => {
  const values = [1, 2, 4, 8];
  const answers = await Promise.all(values.map((value) => infer('together', value)));
  const batches = new Map<string, { row: number; value: number; answered: number | undefined }[]>();
  for (const [i, { parameters, rawOutputContents }] of answers.entries()) {
    const name = parameters.batch_id!.stringParam!;
    const row = Number(parameters.batch_row!.int64Param);
    const answered = floatsOf(rawOutputContents[0])[0];
    batches.set(name, [...(batches.get(name) ?? []), { row, value: values[i]!, answered }]);
  }
  for (const [name, members] of batches) {
    expect(name).not.toBe('');
    let sum = 0;
    for (const { value, answered } of members.sort((a, b) => a.row - b.row)) {
      sum += value;
      expect(answered).toBe(sum);
    }
  }
});

it('one whose rows do not depend on it names none', async () => {
  for (const model of ['alone', 'linear'] as const) {
    const request = model === 'alone' ? infer(model, 3) : client.call('ModelInfer', row(model));
    expect(Object.keys((await request).parameters).sort()).toEqual(['batch_size', 'model_digest']);
  }
});

function row(model: string) {
  return inferRequest(model, [{ name: 'x', datatype: 'FP32', shape: [1, 1], raw: Float32Array.of(3) }]);
}
