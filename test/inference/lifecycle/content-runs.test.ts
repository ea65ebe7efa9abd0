import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelInferRequest__Output as ModelInferRequest } from '../../../services/gen/inference/ModelInferRequest.ts';
import type { RunContentResponse__Output as RunContentResponse } from '../../../services/gen/scoremesh/inference/v1/RunContentResponse.ts';
import { isMeshError } from '../../../services/kit/errors/mesh-error.ts';
import {
  floatsOf,
  inferRequest,
  newCall,
  rowsRequest,
  startService,
  type TestService,
} from '../mesh-parts.ts';
import { linearModel, runningSumModel } from '../onnx-models.ts';
import { chunkOf, endOf, headerOf, listed, messages, modelOf, registered } from './life-cycle-parts.ts';

let service: TestService;
afterEach(() => service?.closers.close());

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const plusOne = linearModel([1], 1);
const plusTwo = linearModel([1], 2);
const sum = runningSumModel();
const sumRequest = (...values: number[]): ModelInferRequest =>
  inferRequest('m', [
    { name: 'x', datatype: 'FP32', shape: [values.length], raw: Float32Array.from(values) },
  ]);

function run(bytes: Buffer, requests: ModelInferRequest[], version = 1): Promise<RunContentResponse> {
  return service.models.RunContent({ name: 'm', version, digest: digestOf(bytes), requests }, newCall());
}

async function answersOf(bytes: Buffer, requests: ModelInferRequest[], version = 1): Promise<number[][]> {
  const { responses } = await run(bytes, requests, version);
  return responses.map(({ rawOutputContents }) => floatsOf(rawOutputContents[0]));
}

describe('a content that is named by its digest', () => {
  it.each(['inline', 'worker'])('is used as it is where a version serves it: %s', async (placement) => {
    service = await startService({
      'm/1/model.onnx': plusOne,
      'm/1/model.yaml': `serving: { placement: ${placement} }`,
      'm/2/model.onnx': plusTwo,
    });
    // The content counts, not the number.
    for (const version of [1, 2, 7, 0])
      expect(await answersOf(plusOne, [rowsRequest('ignored@any', [[1], [5]])], version)).toEqual([[2, 6]]);
    const { model, responses } = await run(plusOne, []);
    expect(responses).toEqual([]);
    expect(model).toEqual(await modelOf(service, 'm@1'));
  });

  it('answers after its version was unloaded, and nothing that callers see changes', async () => {
    service = await startService({ 'm/1/model.onnx': plusOne, 'm/2/model.onnx': plusTwo });
    await service.models.UnloadModel({ name: 'm', version: 1 }, newCall());
    const before = await listed(service);
    const { model, responses } = await run(plusOne, [rowsRequest('m', [[1]])]);
    expect(floatsOf(responses[0]?.rawOutputContents[0])).toEqual([2]);
    expect(model).toMatchObject({
      ...{ name: 'm', version: 1, digest: digestOf(plusOne), state: 'MODEL_STATE_UNLOADED' },
      runtime: { provider: 'cpu' },
    });
    expect(await listed(service)).toEqual(before);
    await expect(
      service.inference.ModelInfer(rowsRequest('m', [[1]], { modelVersion: '1' }), newCall()),
    ).rejects.toMatchObject({ reason: 'MODEL_NOT_READY' });
  });

  it('answers where another version has it than the one that is named', async () => {
    service = await startService({ 'm/1/model.onnx': plusOne });
    await registered(service, messages(headerOf({}), chunkOf('model.onnx', plusTwo), endOf()));
    await service.models.UnloadModel({ name: 'm', version: 2 }, newCall());
    expect(await answersOf(plusTwo, [rowsRequest('m', [[1]])], 1)).toEqual([[3]]);
  });

  it('is missing by name once no version has it, also where it was loaded a moment ago', async () => {
    service = await startService({ 'm/1/model.onnx': plusOne, 'm/2/model.onnx': plusTwo });
    await service.models.UnloadModel({ name: 'm', version: 1 }, newCall());
    await run(plusOne, [rowsRequest('m', [[1]])]);
    await rm(join(service.modelsFolder, 'm', '1'), { recursive: true });
    await expect(run(plusOne, [])).rejects.toMatchObject({
      reason: 'MODEL_CONTENT_NOT_FOUND',
      message: expect.stringContaining('its versions are 2'),
    });
    await expect(
      service.models.RunContent({ name: 'x', version: 1, digest: '', requests: [] }, newCall()),
    ).rejects.toMatchObject({ reason: 'MODEL_CONTENT_NOT_FOUND' });
  });

  it('does not count the limits and time-outs of requests, as these were answered before', async () => {
    service = await startService({
      'm/1/model.onnx': plusOne,
      'm/1/model.yaml': 'serving: { max_request_rows: 1, default_timeout_ms: 0.001 }',
    });
    const timeout = { int64Param: '1', parameterChoice: 'int64Param' } as const;
    const request = rowsRequest('m', [[1], [2], [3]], { parameters: { timeout } });
    expect(await answersOf(plusOne, [request])).toEqual([[2, 3, 4]]);
  });

  it('is refused beyond two at once that nobody serves', async () => {
    const contents = [1, 2, 3].map((bias) => linearModel([1], bias));
    service = await startService(
      Object.fromEntries(contents.map((bytes, i) => [`m/${i + 1}/model.onnx`, bytes])),
      { control: 'explicit' },
    );
    await service.models.UnloadModel({ name: 'm', version: 0 }, newCall());
    const outcomes = await Promise.allSettled(
      contents.map((bytes) => answersOf(bytes, [rowsRequest('m', [[1]])])),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused.map(({ reason }) => isMeshError(reason) && reason.reason)).toEqual(['QUEUE_FULL']);
    // One after the other they go, each in the place of one that rests.
    for (const [i, bytes] of contents.entries())
      expect(await answersOf(bytes, [rowsRequest('m', [[1]])])).toEqual([[i + 2]]);
  });

  it('fails by name when its files can not be used', async () => {
    service = await startService({ 'm/1/model.onnx': plusOne, 'm/1/model.yaml': 'nonsense: 1' });
    await expect(run(plusOne, [])).rejects.toMatchObject({ reason: 'MODEL_INVALID' });
  });
});

describe('a batch whose rows depend on each other', () => {
  const together = { 'm/1/model.onnx': sum, 'm/1/model.yaml': 'serving: { batch_dependent_rows: true }' };

  it.each(['served', 'unloaded'])('is run again as a whole, in the order given: %s', async (state) => {
    service = await startService(together);
    if (state === 'unloaded') await service.models.UnloadModel({ name: 'm', version: 1 }, newCall());
    const batch = [sumRequest(1, 2), sumRequest(4), sumRequest(8, 16)];
    expect(await answersOf(sum, batch)).toEqual([[1, 3], [7], [15, 31]]);
    expect(await answersOf(sum, batch.reverse())).toEqual([[8, 24], [28], [29, 31]]);
  });

  it('takes nobody else’s rows in, whatever else waits', async () => {
    service = await startService(together);
    const others = Array.from({ length: 20 }, () =>
      service.inference.ModelInfer(sumRequest(1000), newCall()),
    );
    expect(await answersOf(sum, [sumRequest(1), sumRequest(2)])).toEqual([[1], [3]]);
    await Promise.all(others);
  });

  it('is refused when its parts do not fit together', async () => {
    service = await startService({ 'm/1/model.onnx': plusOne, 'm/1/config.pbtxt': 'max_batch_size: 0' });
    await expect(run(plusOne, [rowsRequest('m', [[1]]), rowsRequest('m', [[2]])])).rejects.toMatchObject({
      reason: 'TENSOR_INVALID',
    });
  });
});
