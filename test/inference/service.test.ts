import { afterEach, describe, expect, it } from 'vitest';
import type { Model__Output as Model } from '../../services/gen/scoremesh/inference/v1/Model.ts';
import { createInferenceService } from '../../services/inference/service.ts';
import { cancelledByCaller } from '../../services/kit/contract/call.ts';
import { messageCodec } from '../../services/kit/contract/protos.ts';
import { createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import {
  createReadableMetrics,
  createReadableTracer,
  type ModelFiles,
  newCall,
  rowsRequest,
  serviceDefaults,
  startService,
  type TestService,
  writeModels,
} from './mesh-parts.ts';
import { identityModel, linearModel } from './onnx-models.ts';

let service: TestService | undefined;
afterEach(async () => {
  await service?.closers.close();
  service = undefined;
});
const start = async (files: ModelFiles): Promise<TestService> => {
  service = await startService(files);
  return service;
};
const listed = async ({ models }: TestService): Promise<Model[]> =>
  (await models.ListModels({}, newCall())).models;

const linear = linearModel([1, 2], 0);

describe('the models folder', () => {
  it('serves what can be used, and lists what can not with the reason', async () => {
    const models = await listed(
      await start({
        'good/1/model.onnx': linear,
        'good/2/model.onnx': Buffer.from('corrupt'),
        'good/3/notes.txt': 'no model',
        'good/latest/model.onnx': linear,
        'good/README.md': 'read me',
        'good/.tmp/model.onnx': linear,
        'bad name/1/model.onnx': linear,
        'half/1/model.onnx': identityModel('BF16', ['N']),
        '.git/config': '',
        'notes.md': '',
      }),
    );
    expect(
      models.map(({ name, version, state, reason }) => [name, version, state.slice(12), reason]),
    ).toEqual([
      ['bad name', 0, 'FAILED', expect.stringContaining("'bad name' is no model name")],
      ['good', 0, 'FAILED', expect.stringContaining("'good/latest' is no version")],
      ['good', 1, 'READY', ''],
      ['good', 2, 'FAILED', expect.stringContaining("'good/2/model.onnx' can't be used")],
      ['good', 3, 'FAILED', "'good/3/model.onnx' is missing"],
      ['half', 1, 'FAILED', expect.stringContaining('ONNX element type 16')],
    ]);
    const answer = await service!.inference.ModelInfer(rowsRequest('good', [[1, 2]]), newCall());
    expect(answer.modelVersion).toBe('1');
  });

  it('can be empty', async () => {
    const empty = await start({});
    expect(await listed(empty)).toEqual([]);
    expect(empty.ready()).toBeUndefined();
    await expect(empty.models.GetModel({ model: 'x' }, newCall())).rejects.toThrow('there are no models');
  });

  it('stops the start when it does not exist', async () => {
    const config = { ...serviceDefaults, serverVersion: '', modelsFolder: '/does/not/exist' };
    const deps = { log: silentLog, metrics: createReadableMetrics(), tracer: createReadableTracer() };
    await expect(createInferenceService(config, deps, createClosers(silentLog))).rejects.toMatchObject({
      reason: 'CONFIG_INVALID',
      message: expect.stringContaining("the models folder '/does/not/exist' can't be read"),
    });
  });

  it('describes a model without model.yaml by its tensors', async () => {
    const { models } = await start({ 'm/7/model.onnx': linear });
    const { model } = await models.GetModel({ model: 'm@7' }, newCall());
    expect(model).toEqual({
      name: 'm',
      version: 7,
      digest: expect.stringMatching(/^sha256:/),
      aliases: [],
      state: 'MODEL_STATE_READY',
      reason: '',
      description: '',
      inputs: [{ name: 'x', datatype: 'FP32', shape: ['-1', '2'] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: ['-1', '1'] }],
      featureSet: '',
      requestInputs: [{ name: 'x', type: 'tensor', allowNotFinite: true, description: '' }],
      sources: [{ tensor: 'x', columns: [], featureSet: '', input: 'x' }],
      scoreOutputs: [{ name: 'y', tensor: 'y' }],
      decision: null,
      audit: 'AUDIT_MODE_REQUIRED',
      batchClass: 'BATCH_CLASS_INVARIANT',
      batchFinding: expect.stringContaining('the same bits'),
      placement: 'PLACEMENT_INLINE',
      instances: 0,
      maxBatchRows: 1024,
      sizeBytes: String(linear.length),
      irVersion: 8,
      opsets: { '': 17 },
      goldenCases: 0,
      runtime: expect.objectContaining({ provider: 'cpu', threads: 1, optimization: 'all' }),
      subject: '',
    });
  });

  it('describes models and answers with complete messages: the wire changes nothing', async () => {
    const yaml = `
inputs: { a: { type: number, min: 0 }, b: { type: flag } }
tensors: { x: { columns: [a, b] } }
decision: { output: y, threshold: 0, above: high, below: low }
`;
    const { models, inference } = await start({
      'm/1/model.onnx': linear,
      'm/1/model.yaml': yaml,
      'm/2/model.onnx': Buffer.from('x'),
      'm/aliases.yaml': 'champion: 1',
    });
    const codec = messageCodec<object, object>('scoremesh.inference.v1.ListModelsResponse');
    const list = await models.ListModels({}, newCall());
    expect(list.models.map(({ state }) => state)).toEqual(['MODEL_STATE_READY', 'MODEL_STATE_FAILED']);
    expect(codec.decode(codec.encode(list))).toEqual(list);
    const metadata = await inference.ModelMetadata({ name: 'm', version: '' }, newCall());
    const metadataCodec = messageCodec<object, object>('inference.ModelMetadataResponse');
    expect(metadataCodec.decode(metadataCodec.encode(metadata))).toEqual(metadata);
    const answer = await inference.ModelInfer(rowsRequest('m', [[1, 2]]), newCall());
    const answerCodec = messageCodec<object, object>('inference.ModelInferResponse');
    expect(answerCodec.decode(answerCodec.encode(answer))).toEqual(answer);
  });

  it('counts versions by state', async () => {
    const { metrics } = await start({ 'm/1/model.onnx': linear, 'm/2/model.onnx': Buffer.from('x') });
    expect(metrics.read('scoremesh_inference_models')).toEqual([
      { labels: ['loading'], value: 0 },
      { labels: ['ready'], value: 1 },
      { labels: ['failed'], value: 1 },
      { labels: ['unloaded'], value: 0 },
      { labels: ['unloading'], value: 0 },
    ]);
  });
});

describe('aliases.yaml', () => {
  const two = { 'm/1/model.onnx': linear, 'm/2/model.onnx': linear };
  const versionOf = async (model: string): Promise<number | undefined> =>
    (await service!.models.GetModel({ model }, newCall())).model?.version;

  it('names versions, and the champion is what a bare name means', async () => {
    await start({ ...two, 'm/aliases.yaml': 'champion: 1\nchallenger: 2\nold: 1\n' });
    expect(await versionOf('m')).toBe(1);
    expect(await versionOf('m@challenger')).toBe(2);
    expect((await listed(service!)).map(({ aliases }) => aliases)).toEqual([
      ['champion', 'old'],
      ['challenger'],
    ]);
    const answer = await service!.inference.ModelInfer(rowsRequest('m', [[1, 2]]), newCall());
    expect(answer.modelVersion).toBe('1');
  });

  it.each([
    ['points at a version that is not there', 'champion: 9', 'points at version 9, which has no folder'],
    ['is no YAML', 'champion: [', "'m/aliases.yaml' can't be used"],
    ['holds no version', 'champion: latest', 'champion: Invalid input'],
  ])('that %s keeps a bare name from being answered by another version', async (_what, text, reason) => {
    await start({ ...two, 'm/aliases.yaml': text });
    await expect(service!.inference.ModelInfer(rowsRequest('m', [[1, 2]]), newCall())).rejects.toMatchObject({
      reason: 'MODEL_NOT_READY',
      message: expect.stringContaining(reason),
    });
    expect(await versionOf('m@1')).toBe(1);
  });
});

describe('the start and the end', () => {
  it('is not ready while versions load, then is, and says why not', async () => {
    const closers = createClosers(silentLog);
    const modelsFolder = await writeModels({ 'm/1/model.onnx': linear }, closers);
    const starting = await createInferenceService(
      { ...serviceDefaults, serverVersion: '', modelsFolder },
      { log: silentLog, metrics: createReadableMetrics(), tracer: createReadableTracer() },
      closers,
    );
    expect(starting.ready()).toMatchObject({ reason: 'MODEL_NOT_READY' });
    expect(await starting.inference.ServerReady({}, newCall())).toEqual({ ready: false });
    await expect(starting.inference.ModelInfer(rowsRequest('m', [[1, 2]]), newCall())).rejects.toMatchObject({
      reason: 'MODEL_NOT_READY',
      message: expect.stringContaining('being loaded'),
    });
    await starting.loaded;
    expect(starting.ready()).toBeUndefined();
    await closers.close();
    expect(starting.ready()).toMatchObject({ reason: 'SHUTTING_DOWN' });
  });

  it('tells watchers the registry at once and after each change, and ends with the service', async () => {
    const closers = createClosers(silentLog);
    const modelsFolder = await writeModels({ 'm/1/model.onnx': linear, 'm/2/model.onnx': linear }, closers);
    const starting = await createInferenceService(
      { ...serviceDefaults, serverVersion: '', modelsFolder },
      { log: silentLog, metrics: createReadableMetrics(), tracer: createReadableTracer() },
      closers,
    );
    const seen: string[] = [];
    for await (const { models } of starting.models.WatchModels({}, newCall())) {
      seen.push(models.map(({ state }) => state.slice(12)).join());
      if (models.every(({ state }) => state === 'MODEL_STATE_READY')) void closers.close();
    }
    expect(seen[0]).toBe('LOADING,LOADING');
    expect(seen.at(-1)).toBe('READY,READY');
  });

  it('ends a watch when its call is cancelled or it is returned from, even while it waits', async () => {
    const { models } = await start({ 'm/1/model.onnx': linear });
    for (const end of ['cancel', 'return'] as const) {
      const call = newCall();
      const watch = models.WatchModels({}, call)[Symbol.asyncIterator]();
      expect((await watch.next()).value?.models).toHaveLength(1);
      const waiting = watch.next();
      if (end === 'cancel') call.cancellation.cancel(cancelledByCaller());
      else await watch.return?.();
      expect(await waiting).toEqual({ done: true, value: undefined });
    }
  });

  it('can be closed while versions load', async () => {
    const closers = createClosers(silentLog);
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`m/${i + 1}/model.onnx`, linear]));
    const modelsFolder = await writeModels(files, closers);
    const starting = await createInferenceService(
      { ...serviceDefaults, serverVersion: '', modelsFolder },
      { log: silentLog, metrics: createReadableMetrics(), tracer: createReadableTracer() },
      closers,
    );
    await closers.close();
    await starting.loaded;
    const { models } = await starting.models.ListModels({}, newCall());
    expect(models.some(({ state }) => state === 'MODEL_STATE_LOADING')).toBe(true);
  });
});
