import { afterEach, expect, it } from 'vitest';
import type { ModelStatistics__Output as ModelStatistics } from '../../../services/gen/inference/ModelStatistics.ts';
import { createInferenceService } from '../../../services/inference/service.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { createMetrics } from '../../../services/kit/telemetry/prometheus.ts';
import { parseExposition } from '../../kit/telemetry/exposition.ts';
import {
  createReadableTracer,
  inferRequest,
  newCall,
  rowsRequest,
  serviceDefaults,
  startService,
  type TestService,
  writeModels,
} from '../mesh-parts.ts';
import { gatherModel, linearModel } from '../onnx-models.ts';
import { connectHandlers, type WireClient } from './wire.ts';

const linear = linearModel([1, 10, 100], 0.5);
const files = {
  'linear/1/model.onnx': linear,
  'linear/2/model.onnx': linear,
  'linear/3/model.onnx': Buffer.from('broken'),
  'gather/1/model.onnx': gatherModel([5, 6]),
};
let service: TestService;
afterEach(() => service?.closers.close());
const start = async (): Promise<WireClient> => {
  service = await startService(files);
  return connectHandlers(service.inference, service.closers);
};
const statisticsOf = async (client: WireClient, name: string, version = '1'): Promise<ModelStatistics> => {
  const { modelStats } = await client.call('ModelStatistics', { name, version });
  expect(modelStats).toHaveLength(1);
  return modelStats[0]!;
};
const gather = (index: number) =>
  inferRequest('gather', [
    { name: 'index', datatype: 'INT64', shape: [1], raw: BigInt64Array.of(BigInt(index)) },
  ]);
const nothing = { count: '0', ns: '0' };

it('a version that was never asked has counted nothing, and knows the size of its model', async () => {
  const client = await start();
  expect(await statisticsOf(client, 'linear')).toEqual({
    name: 'linear',
    version: '1',
    lastInference: '0',
    inferenceCount: '0',
    executionCount: '0',
    inferenceStats: {
      success: nothing,
      fail: nothing,
      queue: nothing,
      computeInput: nothing,
      computeInfer: nothing,
      computeOutput: nothing,
      cacheHit: nothing,
      cacheMiss: nothing,
    },
    batchStats: [],
    memoryUsage: [{ type: 'CPU', id: '0', byteSize: String(linear.length) }],
    responseStats: {},
  });
});

it('a request counts once with all its rows, its run once by its size', async () => {
  const client = await start();
  const before = Date.now();
  const row = [1, 2, 3];
  await client.call('ModelInfer', rowsRequest('linear', [row, row, row], { modelVersion: '1' }));
  await client.call('ModelInfer', rowsRequest('linear', [row], { modelVersion: '1' }));
  await client.call('ModelInfer', rowsRequest('linear', [row], { modelVersion: '1' }));
  const counted = await statisticsOf(client, 'linear');
  expect(counted).toMatchObject({ inferenceCount: '5', executionCount: '3' });
  expect(Number(counted.lastInference)).toBeGreaterThanOrEqual(before);
  const { success, queue, computeInput, computeInfer, computeOutput, fail } = counted.inferenceStats!;
  const parts = [queue, computeInput, computeInfer, computeOutput];
  expect([success, ...parts].map((part) => part!.count)).toEqual(['3', '3', '3', '3', '3']);
  expect(Number(computeInfer!.ns)).toBeGreaterThan(0);
  const sum = parts.reduce((total, part) => total + Number(part!.ns), 0);
  expect(sum).toBeLessThanOrEqual(Number(success!.ns) + parts.length);
  expect(fail).toEqual(nothing);
  expect(counted.batchStats.map(({ batchSize, computeInfer: runs }) => [batchSize, runs!.count])).toEqual([
    ['1', '2'],
    ['3', '1'],
  ]);
  expect(await statisticsOf(client, 'linear', '2')).toMatchObject({ executionCount: '0' });
});

it('a request that fails counts in fail only, and those that shared its run are answered', async () => {
  const client = await start();
  const calls = [gather(0), gather(1), gather(9), gather(0)];
  const outcomes = await Promise.allSettled(calls.map((request) => client.call('ModelInfer', request)));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  await client.call('ModelInfer', { modelName: 'gather' }).catch(() => {});
  const counted = await statisticsOf(client, 'gather');
  expect(counted.inferenceStats).toMatchObject({
    success: { count: '3' },
    fail: { count: '2' },
    queue: { count: '3' },
    computeInfer: { count: '3' },
  });
  expect(counted.inferenceCount).toBe('3');
  const runs = counted.batchStats.map(({ computeInfer }) => Number(computeInfer!.count));
  expect(runs.reduce((sum, count) => sum + count, 0)).toBe(Number(counted.executionCount));
  const causes = service.metrics
    .read('nv_inference_request_failure')
    .filter(({ labels }) => labels[0] === 'gather');
  expect(causes.map(({ labels, value }) => [labels[2], value])).toEqual([
    ['REJECTED', 0],
    ['CANCELED', 0],
    ['BACKEND', 1],
    ['OTHER', 1],
  ]);
});

it('of a name alone they are those of its ready versions, without a name of all', async () => {
  const client = await start();
  const named = async (name: string): Promise<string[]> => {
    const { modelStats } = await client.call('ModelStatistics', { name });
    return modelStats.map((one) => `${one.name} ${one.version}`);
  };
  expect(await named('linear')).toEqual(['linear 1', 'linear 2']);
  expect(await named('linear@1')).toEqual(['linear 1']);
  expect(await named('')).toEqual(['gather 1', 'linear 1', 'linear 2']);
});

it("are Prometheus metrics under Triton's names, besides histograms of our own", async () => {
  const closers = createClosers(silentLog);
  try {
    const metrics = createMetrics({ processMetrics: false }, { log: silentLog }, closers);
    const modelsFolder = await writeModels(files, closers);
    const registryFolder = await writeModels({}, closers);
    const { inference, loaded } = await createInferenceService(
      { ...serviceDefaults, serverVersion: '', modelsFolder, registryFolder },
      { log: silentLog, metrics, tracer: createReadableTracer() },
      closers,
    );
    await loaded;
    await inference.ModelInfer(
      rowsRequest(
        'linear',
        [
          [1, 2, 3],
          [1, 2, 3],
        ],
        { modelVersion: '1' },
      ),
      newCall(),
    );
    const families = parseExposition(await metrics.expose());
    const valueAt = (name: string): number | undefined =>
      families
        .find((family) => family.name === name)
        ?.samples.find(({ labels }) => labels.model === 'linear' && labels.version === '1')?.value;
    const types = Object.fromEntries(families.map(({ name, type }) => [name, type]));
    for (const name of [
      'request_duration_us',
      'queue_duration_us',
      'compute_input_duration_us',
      'compute_infer_duration_us',
      'compute_output_duration_us',
    ]) {
      expect(types[`nv_inference_${name}`]).toBe('counter');
      expect(valueAt(`nv_inference_${name}`)).toBeGreaterThanOrEqual(0);
    }
    expect(valueAt('nv_inference_request_success')).toBe(1);
    expect(valueAt('nv_inference_count')).toBe(2);
    expect(valueAt('nv_inference_exec_count')).toBe(1);
    expect(valueAt('nv_inference_request_failure')).toBe(0);
    expect([types.nv_inference_pending_request_count, valueAt('nv_inference_pending_request_count')]).toEqual(
      ['gauge', 0],
    );
    for (const name of ['request', 'queue', 'run']) {
      const samples = families.find((one) => one.name === `scoremesh_inference_${name}_seconds`)!.samples;
      const count = samples.find(
        (sample) =>
          sample.name.endsWith('_count') && sample.labels.model === 'linear' && sample.labels.version === '1',
      );
      expect(count?.value).toBe(1);
    }
  } finally {
    await closers.close();
  }
});
