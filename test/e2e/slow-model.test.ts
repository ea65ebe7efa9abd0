import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Placed, place } from '../contract/placements.ts';
import { buildModel, floats } from '../inference/onnx-models.ts';

const width = 1024;
const layers = 24;

/** A model whose run takes tens of milliseconds: matrix products one after another, on one row at a time. */
function heavyModel(): Buffer {
  const weights = floats(
    'w',
    [width, width],
    Array.from({ length: width * width }, (_unused, place) => ((place % 7) - 3) / width),
  );
  const nodes = Array.from({ length: layers }, (_unused, layer) => ({
    op: 'MatMul',
    inputs: [layer === 0 ? 'x' : `h${layer}`, 'w'],
    outputs: [layer === layers - 1 ? 'y' : `h${layer + 1}`],
  }));
  return buildModel({
    inputs: [{ name: 'x', type: 'FP32', shape: [32, width] }],
    outputs: [{ name: 'y', type: 'FP32', shape: [32, width] }],
    nodes,
    constants: [weights],
  });
}

describe('a model that takes long', () => {
  let modelsFolder: string;
  let mesh: Placed;

  beforeAll(async () => {
    modelsFolder = mkdtempSync(join(tmpdir(), 'scoremesh-slow-'));
    mkdirSync(join(modelsFolder, 'heavy/1'), { recursive: true });
    writeFileSync(join(modelsFolder, 'heavy/1/model.onnx'), heavyModel());
    mesh = await place('local', { modelsFolder, featuresFolder: undefined });
  });
  afterAll(async () => {
    await mesh?.close();
    rmSync(modelsFolder, { recursive: true, force: true });
  });

  const x = { tensor: { datatype: 'FP32', shape: [32, width], data: Buffer.alloc(32 * width * 4) } };
  const runs = async (): Promise<number> => {
    const text = await (await fetch(`${mesh.metricsUrl}/metrics`)).text();
    const [, count] = /^scoremesh_inference_batch_rows_count\{[^}]*\} (\d+)$/m.exec(text) ?? [];
    return Number(count);
  };

  it('answers with the tensor, and the record holds its digest', async () => {
    const { outputs, predictionId } = await mesh.client.scoring.Score({ model: 'heavy', inputs: { x } });
    expect(outputs.y?.tensor?.shape).toEqual(['32', String(width)]);
    const { record } = await mesh.client.audit.GetRecord({ recordId: predictionId });
    expect(record?.prediction?.omitted.map(({ path }) => path)).toEqual(['request.inputs.x', 'outputs.y']);
  });

  it('drops what expires while it waits, without running it', async () => {
    const before = await runs();
    const count = 60;
    const outcomes = await Promise.all(
      Array.from({ length: count }, () =>
        mesh.client.scoring.Score({ model: 'heavy', inputs: { x } }, { timeoutMs: 150 }).then(
          () => 'OK',
          (error: { code: number }) => String(error.code),
        ),
      ),
    );
    const expired = outcomes.filter((outcome) => outcome === '4').length;
    expect(outcomes.filter((outcome) => outcome !== 'OK' && outcome !== '4')).toEqual([]);
    expect(expired).toBeGreaterThan(0);
    const { outputs } = await mesh.client.scoring.Score(
      { model: 'heavy', inputs: { x } },
      { timeoutMs: 30_000 },
    );
    expect(outputs.y).toBeDefined();
    // Had the expired ones been run, there would be a run for each.
    expect((await runs()) - before).toBeLessThan(count);
  });
});
