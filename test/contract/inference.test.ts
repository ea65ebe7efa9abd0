import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelInferRequest } from '../../services/gen/inference/ModelInferRequest.ts';
import type { ModelInferResponse__Output as ModelInferResponse } from '../../services/gen/inference/ModelInferResponse.ts';
import { connectInference, type InferenceClient } from '../e2e/inference-client.ts';
import { linearModel } from '../inference/onnx-models.ts';
import { type Placed, place, placementNames } from './placements.ts';
import { until } from './ready.ts';

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Of a row that is larger than what a record holds. */
const width = 8000;

const floats = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
const floatsOf = (data: Buffer | undefined): number[] =>
  Array.from({ length: (data?.length ?? 0) / 4 }, (_, place) => data!.readFloatLE(place * 4));
const predictionId = ({ parameters }: ModelInferResponse): string =>
  parameters.prediction_id?.stringParam ?? '';

/** Rows of two numbers for input "x" of model "sum". */
function rows(
  values: readonly (readonly [number, number])[],
  rest: ModelInferRequest = {},
): ModelInferRequest {
  return {
    modelName: 'sum',
    id: 'r-1',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [values.length, 2] }],
    rawInputContents: [floats(...values.flat())],
    ...rest,
  };
}

describe.each(placementNames)('inference through the gateway of a mesh placed %s', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-models-'));
  let mesh: Placed;
  /** Tries nothing again, unlike the mesh's own client. */
  let plain: InferenceClient;

  beforeAll(async () => {
    const files = {
      'sum/1/model.onnx': linearModel([1, 1], 0),
      'sum/2/model.onnx': linearModel([1, 1], 100),
      'changing/1/model.onnx': linearModel([1, 1], 0),
      'wide/1/model.onnx': linearModel(
        Array.from({ length: width }, () => 1),
        0,
      ),
      'deferred/1/model.onnx': linearModel([1, 1], 0),
      'deferred/1/model.yaml': 'audit: deferred\n',
    };
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    mesh = await place(name, { modelsFolder: folder, featuresFolder: undefined });
    plain = connectInference(mesh.address);
  });
  afterAll(async () => {
    plain?.close();
    await mesh?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const recordOf = async (recordId: string) => (await mesh.client.audit.GetRecord({ recordId })).record;
  const changesOf = async (model: string): Promise<string[]> => {
    const { records } = await mesh.client.audit.ListRecords({ pageSize: 1000 });
    return records.flatMap(({ record }) =>
      record?.modelChange?.model === model
        ? [`${record.modelChange.kind} ${record.modelChange.version}`]
        : [],
    );
  };

  it('is answered with a record that its prediction_id finds, one by one and in the list', async () => {
    const answer = await mesh.client.inference.ModelInfer(rows([[1, 2]]));
    expect(answer).toMatchObject({ modelName: 'sum', modelVersion: '2', id: 'r-1' });
    expect(floatsOf(answer.rawOutputContents[0])).toEqual([103]);
    expect(predictionId(answer)).toMatch(uuid7);
    const record = await recordOf(predictionId(answer));
    const { models } = await mesh.client.models.ListModels({});
    const { digest } = models.find((model) => model.name === 'sum' && model.version === 2)!;
    expect(record).toMatchObject({
      event: 'inference',
      principal: 'anonymous',
      inference: {
        request: { modelName: 'sum', modelVersion: '', id: 'r-1', rawInputContents: [floats(1, 2)] },
        model: { name: 'sum', version: 2, digest },
        response: { parameters: {}, rawOutputContents: [floats(103)] },
        batchSize: Number(answer.parameters.batch_size?.int64Param),
        batchClass: 'BATCH_CLASS_INVARIANT',
        omitted: [],
      },
    });
    expect(answer.parameters.model_digest?.stringParam).toBe(digest);
    const { records } = await mesh.client.audit.ListRecords({ pageSize: 1000 });
    expect(records.map(({ record: listed }) => listed?.recordId)).toContain(predictionId(answer));
  });

  it('takes a version, typed contents and several rows', async () => {
    const typed = await mesh.client.inference.ModelInfer({
      modelName: 'sum',
      modelVersion: '1',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 2], contents: { fp32Contents: [1, 2, 3, 4] } }],
    });
    expect(floatsOf(typed.rawOutputContents[0])).toEqual([3, 7]);
    expect((await recordOf(predictionId(typed)))?.inference).toMatchObject({
      request: { modelVersion: '1', inputs: [{ contents: { fp32Contents: [1, 2, 3, 4] } }] },
      model: { version: 1 },
      batchSize: Number(typed.parameters.batch_size?.int64Param),
    });
  });

  it('keeps large contents and small ones whole', async () => {
    const wide = floats(...Array.from({ length: width }, () => 1));
    const answer = await mesh.client.inference.ModelInfer({
      modelName: 'wide',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, width] }],
      rawInputContents: [wide],
    });
    expect(floatsOf(answer.rawOutputContents[0])).toEqual([width]);
    const { inference } = (await recordOf(predictionId(answer)))!;
    expect(inference!.omitted).toEqual([]);
    expect(inference!.request!.rawInputContents).toEqual([wide]);
    expect(inference!.response!.rawOutputContents).toEqual([floats(width)]);
  });

  it('of a model with deferred audit has a record, too, a little later', async () => {
    const answer = await mesh.client.inference.ModelInfer(rows([[1, 2]], { modelName: 'deferred' }));
    await until(async () => {
      const record = await recordOf(predictionId(answer));
      return record?.event === 'inference' ? undefined : 'no record';
    });
  });

  it.each<[string, ModelInferRequest, number, string]>([
    ['an unknown model', rows([[1, 2]], { modelName: 'nobody' }), 5, 'MODEL_NOT_FOUND'],
    ['an unknown version', rows([[1, 2]], { modelVersion: '9' }), 5, 'MODEL_VERSION_NOT_FOUND'],
    ['a version that is none', rows([[1, 2]], { modelVersion: 'latest' }), 3, 'INVALID_REQUEST'],
    ['too few bytes', rows([[1, 2]], { rawInputContents: [floats(1)] }), 3, 'TENSOR_INVALID'],
  ])('is refused for %s, with a record of the refusal', async (_what, asked, code, reason) => {
    const id = `${name} ${_what}`;
    await expect(mesh.client.inference.ModelInfer({ ...asked, id })).rejects.toMatchObject({ code, reason });
    const { records } = await mesh.client.audit.ListRecords({ pageSize: 1000 });
    const refusals = records.flatMap(({ record }) => record?.refusal ?? []);
    expect(refusals.find(({ request }) => request?.requestId === id)).toMatchObject({
      method: '/inference.GRPCInferenceService/ModelInfer',
      code,
      reason,
    });
  });

  it('as a stream answers in order, an error in its place, and the stream goes on', async () => {
    const count = 200;
    async function* requests(): AsyncGenerator<ModelInferRequest> {
      for (let place = 0; place < count; place++)
        yield rows([[place, 0]], { id: String(place), modelName: place % 50 === 7 ? 'nobody' : 'sum' });
    }
    const ids: string[] = [];
    let failed = 0;
    for await (const { errorMessage, inferResponse } of mesh.client.inference.ModelStreamInfer(requests())) {
      const place = ids.push(inferResponse!.id) - 1;
      if (place % 50 === 7) {
        expect(errorMessage).toContain('nobody');
        failed += 1;
        continue;
      }
      expect(errorMessage).toBe('');
      expect(floatsOf(inferResponse!.rawOutputContents[0])).toEqual([100 + place]);
      if (place % 60 === 0) expect((await recordOf(predictionId(inferResponse!)))?.event).toBe('inference');
    }
    expect(ids).toEqual(Array.from({ length: count }, (_, place) => String(place)));
    expect(failed).toBe(4);
  });

  it('over HTTP is recorded like over gRPC', async () => {
    const response = await fetch(`${mesh.httpUrl}/v2/models/sum/versions/1/infer`, {
      method: 'POST',
      body: JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] }),
    });
    expect(response.status).toBe(200);
    const body = (await response.json()) as {
      parameters: Record<string, string>;
      outputs: { data: number[] }[];
    };
    expect(body.outputs[0]?.data).toEqual([3]);
    expect((await recordOf(body.parameters.prediction_id ?? ''))?.inference).toMatchObject({
      model: { name: 'sum', version: 1 },
    });
  });

  it('is live and ready', async () => {
    expect(await mesh.client.inference.ServerLive({})).toEqual({ live: true });
    expect(await mesh.client.inference.ServerReady({})).toEqual({ ready: true });
    expect(await mesh.client.inference.ModelReady({ name: 'sum', version: '1' })).toEqual({ ready: true });
  });

  it('records what was loaded at the start, once', async () => {
    await until(async () => {
      const changes = await changesOf('sum');
      return changes.length === 2 ? undefined : changes.join();
    });
    expect((await changesOf('sum')).sort()).toEqual([
      'MODEL_CHANGE_KIND_LOADED 1',
      'MODEL_CHANGE_KIND_LOADED 2',
    ]);
  });

  it('answers a change of an alias when its record is durable, and the next request sees it', async () => {
    await mesh.client.models.SetAlias({ name: 'sum', alias: 'champion', version: 1 });
    expect((await changesOf('sum')).at(-1)).toBe('MODEL_CHANGE_KIND_ALIAS_SET 1');
    await until(async () => {
      const answer = await mesh.client.inference.ModelInfer(rows([[1, 2]]));
      return answer.modelVersion === '1' ? undefined : `version ${answer.modelVersion} answered`;
    });
    await mesh.client.models.SetAlias({ name: 'sum', alias: 'champion', version: 0 });
    expect((await changesOf('sum')).at(-1)).toBe('MODEL_CHANGE_KIND_ALIAS_REMOVED 0');
  });

  it('fails no request while a version is loaded again from other files, and each record names what answered', async () => {
    const path = join(folder, 'changing/1/model.onnx');
    const ask = () => plain.call('ModelInfer', rows([[1, 2]], { modelName: 'changing' }));
    const before = await ask();
    let replaced = false;
    const seen = new Map<string, Set<string>>();
    const asking = Array.from({ length: 8 }, async () => {
      for (let more = 3; more > 0; more -= replaced ? 1 : 0) {
        const answer = await ask();
        const value = String(floatsOf(answer.rawOutputContents[0]));
        const { inference } = (await recordOf(predictionId(answer)))!;
        const digests = seen.get(value) ?? new Set();
        seen.set(value, digests.add(inference!.model!.digest));
      }
    });
    writeFileSync(path, linearModel([1, 1], 1000));
    const { models } = await mesh.client.models.LoadModel({ name: 'changing', version: 1 });
    replaced = true;
    await Promise.all(asking);
    expect(models).toMatchObject([{ name: 'changing', version: 1, state: 'MODEL_STATE_READY' }]);
    expect([...(seen.get('1003') ?? [])]).toEqual([models[0]!.digest]);
    for (const digest of seen.get('3') ?? [])
      expect(digest).toBe((await recordOf(predictionId(before)))!.inference!.model!.digest);
    expect(await changesOf('changing')).toEqual(['MODEL_CHANGE_KIND_LOADED 1', 'MODEL_CHANGE_KIND_LOADED 1']);
  });
});
