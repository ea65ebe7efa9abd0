import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelInferRequest } from '../../services/gen/inference/ModelInferRequest.ts';
import { connectInference, type InferenceClient } from '../e2e/inference-client.ts';
import { linearModel } from '../inference/onnx-models.ts';
import { type Placed, place, placementNames } from './placements.ts';
import { until, untilReady } from './ready.ts';

const row: ModelInferRequest = {
  modelName: 'sum',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2] }],
  rawInputContents: [Buffer.from(Float32Array.from([1, 2]).buffer)],
};

describe.each(placementNames)('the repository through the gateway of a mesh placed %s', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-models-'));
  let mesh: Placed;
  /** Tries nothing again, unlike the mesh's own client. */
  let plain: InferenceClient;

  const write = (version: number, bias: number): void => {
    const path = join(folder, `sum/${version}/model.onnx`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, linearModel([1, 1], bias));
  };

  beforeAll(async () => {
    write(1, 0);
    mesh = await place(name, { modelsFolder: folder, featuresFolder: undefined });
    plain = connectInference(mesh.address);
  });
  afterAll(async () => {
    plain?.close();
    await mesh?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const index = async (): Promise<string[]> => {
    const { models } = await mesh.client.inference.RepositoryIndex({});
    return models.map((model) => `${model.name} ${model.version} ${model.state}`);
  };
  const changes = async (): Promise<{ recordId: string; what: string }[]> => {
    const { records } = await mesh.client.audit.ListRecords({ pageSize: 1000 });
    return records.flatMap(({ record }) =>
      record?.modelChange
        ? [{ recordId: record.recordId, what: `${record.modelChange.kind} ${record.modelChange.version}` }]
        : [],
    );
  };
  const answer = async (): Promise<number> => {
    const { rawOutputContents } = await plain.call('ModelInfer', row);
    return rawOutputContents[0]!.readFloatLE();
  };

  it('has the model that was there at the start', async () => {
    expect(await index()).toEqual(['sum 1 READY']);
    expect(await answer()).toBe(3);
  });

  it('answers a load when the record of each version that was loaded is durable', async () => {
    write(2, 100);
    await mesh.client.inference.RepositoryModelLoad({ modelName: 'sum' });
    expect((await changes()).map(({ what }) => what)).toContain('MODEL_CHANGE_KIND_LOADED 2');
    expect(await index()).toContain('sum 2 READY');
    await until(async () => ((await answer()) === 103 ? undefined : 'the old version answered'));
  });

  it('answers an unload when its record is durable, and refuses from then on', async () => {
    await mesh.client.inference.RepositoryModelUnload({ modelName: 'sum' });
    expect((await changes()).map(({ what }) => what)).toEqual(
      expect.arrayContaining(['MODEL_CHANGE_KIND_UNLOADED 1', 'MODEL_CHANGE_KIND_UNLOADED 2']),
    );
    expect((await index()).filter((line) => line.endsWith(' READY'))).toEqual([]);
    await expect(mesh.client.inference.ModelInfer(row, { timeoutMs: 1000 })).rejects.toMatchObject({
      reason: expect.stringMatching(/^MODEL_/),
    });
  });

  it('refuses to load what is not there, and writes no change', async () => {
    const before = (await changes()).length;
    await expect(mesh.client.inference.RepositoryModelLoad({ modelName: 'nobody' })).rejects.toMatchObject({
      code: expect.any(Number),
      reason: 'MODEL_NOT_FOUND',
    });
    expect(await changes()).toHaveLength(before);
  });

  it('loads again what was unloaded, and no change has two records', async () => {
    await mesh.client.inference.RepositoryModelLoad({ modelName: 'sum' });
    expect(await answer()).toBe(103);
    const ids = (await changes()).map(({ recordId }) => recordId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('replaces the version that answers under load without a request failing', async () => {
    let replaced = false;
    const seen = new Set<number>();
    const asking = Array.from({ length: 8 }, async () => {
      for (let more = 3; more > 0; more -= replaced ? 1 : 0) seen.add(await answer());
    });
    for (const version of [3, 4, 5]) {
      write(version, version * 100);
      await mesh.client.models.LoadModel({ name: 'sum', version });
      await mesh.client.models.UnloadModel({ name: 'sum', version: version - 1 });
    }
    replaced = true;
    await Promise.all(asking);
    expect(await answer()).toBe(503);
    expect([...seen].every((value) => value % 100 === 3)).toBe(true);
  });

  it('has no change recorded twice when the gateway is killed and starts again', async () => {
    const gateway = mesh.roles.get('gateway');
    if (gateway === undefined) return;
    const before = await changes();
    await gateway.kill();
    await gateway.restart();
    await untilReady(mesh.metricsUrl);
    await until(async () => void (await mesh.client.models.ListModels({})));
    await mesh.client.models.SetAlias({ name: 'sum', alias: 'champion', version: 5 });
    const after = await changes();
    expect(after.slice(0, -1)).toEqual(before);
    expect(after.at(-1)?.what).toBe('MODEL_CHANGE_KIND_ALIAS_SET 5');
  });
});
