import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelInferRequest } from '../../services/gen/inference/ModelInferRequest.ts';
import { type Placed, place } from '../contract/placements.ts';
import { identityModel, linearModel, sumModel } from '../inference/onnx-models.ts';
import { connectInference, type InferenceClient } from './inference-client.ts';

const models = {
  linear: linearModel([1, 10, 100], 0.5),
  sum: sumModel(),
  text: identityModel('BYTES', ['N', 2]),
  scalar: identityModel('FP64', []),
};
const modelNames = Object.keys(models);

/** What Triton's own clients do, in their order and with their parameters, by a client without any code of ours. */
describe.each(['local', 'processes'] as const)('in a mesh placed %s', (placement) => {
  const modelsFolder = mkdtempSync(join(tmpdir(), 'scoremesh-models-'));
  let mesh: Placed;
  let client: InferenceClient;

  beforeAll(async () => {
    for (const [name, file] of Object.entries(models)) {
      mkdirSync(join(modelsFolder, name, '1'), { recursive: true });
      writeFileSync(join(modelsFolder, name, '1/model.onnx'), file);
    }
    mesh = await place(placement, { modelsFolder, featuresFolder: undefined });
    client = connectInference(mesh.address);
  }, 60_000);
  afterAll(async () => {
    client?.close();
    await mesh?.close();
    rmSync(modelsFolder, { recursive: true, force: true });
  });

  describe('perf_analyzer', () => {
    it.each(modelNames)('reads metadata and configuration of %s that agree', async (name) => {
      const metadata = await client.call('ModelMetadata', { name });
      const { config } = await client.call('ModelConfig', { name });
      expect(config).toMatchObject({ name, platform: metadata.platform });
      expect(config!.modelTransactionPolicy?.decoupled ?? false).toBe(false);
      for (const [described, configured] of [
        [metadata.inputs, config!.input],
        [metadata.outputs, config!.output],
      ] as const) {
        expect(configured.map((port) => port.name)).toEqual(described.map((port) => port.name));
        for (const [i, { datatype, shape }] of described.entries()) {
          const { dataType, dims } = configured[i]!;
          expect(dataType).toBe(`TYPE_${datatype === 'BYTES' ? 'STRING' : datatype}`);
          // It takes the first dimension for the batch and strips it, if the configuration says that there is one.
          if (config!.maxBatchSize > 0) expect([shape[0], ...dims]).toEqual(['-1', ...shape.slice(1)]);
          else expect(dims).toEqual(shape);
        }
      }
    });

    it('measures a window: statistics, requests, statistics', async () => {
      const { extensions } = await client.call('ServerMetadata', {});
      expect(extensions).toContain('statistics');
      const startedAt = Date.now();
      const [before] = (await client.call('ModelStatistics', { name: 'linear', version: '' })).modelStats;
      const count = 20;
      const answers = await Promise.all(
        Array.from({ length: count }, (_, i) => client.call('ModelInfer', linearRequest(`${i}`, [i, 0, 0]))),
      );
      for (const [i, answer] of answers.entries()) {
        expect(answer).toMatchObject({ id: `${i}`, modelName: 'linear', modelVersion: '1' });
        // The C++ client reads rawOutputContents[i] of every output without asking whether it is there.
        expect(answer.rawOutputContents).toHaveLength(answer.outputs.length);
        expect(answer.rawOutputContents[0]!.readFloatLE()).toBe(i + 0.5);
      }
      const [after] = (await client.call('ModelStatistics', { name: 'linear', version: '' })).modelStats;
      expect(after).toMatchObject({ name: 'linear', version: '1' });
      const grown = (of: (stats: NonNullable<typeof after>) => unknown): number =>
        Number(of(after!)) - Number(of(before!));
      expect(grown((stats) => stats.inferenceCount)).toBe(count);
      for (const part of ['success', 'queue', 'computeInput', 'computeInfer', 'computeOutput'] as const) {
        expect(grown((stats) => stats.inferenceStats![part]!.count)).toBe(count);
        expect(grown((stats) => stats.inferenceStats![part]!.ns)).toBeGreaterThanOrEqual(0);
      }
      expect(grown((stats) => stats.inferenceStats!.fail!.count)).toBe(0);
      const runs = grown((stats) => stats.executionCount);
      expect(runs).toBeGreaterThan(0);
      expect(runs).toBeLessThanOrEqual(count);
      const runsBySize = after!.batchStats.map(({ computeInfer }) => Number(computeInfer!.count));
      expect(runsBySize.reduce((sum, n) => sum + n, 0)).toBe(Number(after!.executionCount));
      expect(Number(after!.lastInference)).toBeGreaterThanOrEqual(startedAt);
    });

    it('streams, and is answered in order', async () => {
      const requests = Array.from({ length: 10 }, (_, i) => linearRequest(`s${i}`, [i, 1, 0]));
      const answers = await client.stream(requests);
      expect(answers.map(({ errorMessage }) => errorMessage)).toEqual(requests.map(() => ''));
      expect(answers.map(({ inferResponse }) => inferResponse!.id)).toEqual(requests.map(({ id }) => id));
      expect(answers.map(({ inferResponse }) => inferResponse!.rawOutputContents[0]!.readFloatLE())).toEqual(
        requests.map((_, i) => i + 10.5),
      );
    });
  });

  describe('tritonclient.grpc', () => {
    it('asks what is live and ready', async () => {
      expect(await client.call('ServerLive', {})).toEqual({ live: true });
      expect(await client.call('ServerReady', {})).toEqual({ ready: true });
      expect(await client.call('ModelReady', { name: 'linear', version: '' })).toEqual({ ready: true });
      const unknown = client.call('ModelReady', { name: 'nobody', version: '' });
      await expect(unknown).rejects.toMatchObject({ code: status.NOT_FOUND });
    });

    it('sends texts and asks for one output by name', async () => {
      const elements = Buffer.concat(['é', '', 'b', 'cd'].map(lengthPrefixed));
      const answer = await client.call('ModelInfer', {
        modelName: 'text',
        inputs: [{ name: 'x', datatype: 'BYTES', shape: [2, 2] }],
        outputs: [{ name: 'y' }],
        rawInputContents: [elements],
      });
      expect(answer.outputs).toMatchObject([{ name: 'y', datatype: 'BYTES', shape: ['2', '2'] }]);
      expect(Buffer.compare(answer.rawOutputContents[0]!, elements)).toBe(0);
    });

    it('goes on with a stream after an error in it', async () => {
      const wrong = { ...linearRequest('b', [1, 2, 3]), modelName: 'nobody' };
      const [first, second, third] = await client.stream([
        linearRequest('a', [1, 2, 3]),
        wrong,
        linearRequest('c', [1, 2, 3]),
      ]);
      expect(first!.inferResponse!.id).toBe('a');
      expect(second!.errorMessage).toContain("unknown model: 'nobody'");
      expect(third).toMatchObject({ errorMessage: '', inferResponse: { id: 'c' } });
    });

    it('unloads a model, finds it gone, and loads it again', async () => {
      const states = async (): Promise<Record<string, string>> => {
        const { models: found } = await client.call('RepositoryIndex', {});
        return Object.fromEntries(found.map(({ name, state }) => [name, state]));
      };
      const ready = Object.fromEntries(modelNames.map((name) => [name, 'READY']));
      expect(await states()).toEqual(ready);
      await client.call('RepositoryModelUnload', {
        modelName: 'sum',
        parameters: { unload_dependents: { boolParam: false } },
      });
      expect(await states()).toEqual({ ...ready, sum: 'UNAVAILABLE' });
      const sum = { name: 'a', datatype: 'FP32', shape: [0, 0] };
      const request = {
        modelName: 'sum',
        inputs: [sum, { ...sum, name: 'b' }],
        rawInputContents: [Buffer.alloc(0), Buffer.alloc(0)],
      };
      await expect(client.call('ModelInfer', request)).rejects.toMatchObject({
        details: expect.stringContaining("'sum'"),
      });
      await client.call('RepositoryModelLoad', { modelName: 'sum' });
      expect(await states()).toEqual(ready);
      const { rawOutputContents } = await client.call('ModelInfer', request);
      expect(rawOutputContents).toEqual([Buffer.alloc(0)]);
    });

    it('is told that there is no shared memory, no trace and no log setting here', async () => {
      for (const method of [
        'SystemSharedMemoryStatus',
        'CudaSharedMemoryStatus',
        'TraceSetting',
        'LogSettings',
      ] as const)
        await expect(client.call(method, {})).rejects.toMatchObject({
          code: status.UNIMPLEMENTED,
          details: expect.stringMatching(/\w+ \w+/),
        });
    });
  });

  it('tritonclient.http sends and takes binary tensors', async () => {
    const json = JSON.stringify({
      id: 'h',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 3], parameters: { binary_data_size: 24 } }],
      outputs: [{ name: 'y', parameters: { binary_data: true } }],
    });
    const response = await fetch(`${mesh.httpUrl}/v2/models/linear/infer`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/octet-stream',
        'Inference-Header-Content-Length': String(json.length),
      },
      body: Buffer.concat([Buffer.from(json), floats([1, 2, 3, 0, 0, 1])]),
    });
    const body = Buffer.from(await response.arrayBuffer());
    expect([response.status, response.ok || body.toString()]).toEqual([200, true]);
    const length = Number(response.headers.get('inference-header-content-length'));
    expect(JSON.parse(body.subarray(0, length).toString())).toMatchObject({
      model_name: 'linear',
      model_version: '1',
      id: 'h',
      outputs: [{ name: 'y', datatype: 'FP32', shape: [2, 1], parameters: { binary_data_size: 8 } }],
    });
    expect(body.subarray(length)).toEqual(floats([321.5, 100.5]));
  });
});

function linearRequest(id: string, row: readonly [number, number, number]): ModelInferRequest {
  return {
    modelName: 'linear',
    id,
    // The C++ client sends it with every request, whether it streams or not.
    parameters: { triton_enable_empty_final_response: { boolParam: false } },
    inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3] }],
    rawInputContents: [floats(row)],
  };
}

function floats(values: readonly number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}

function lengthPrefixed(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
}
