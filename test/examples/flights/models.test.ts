import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { minuteOf } from '../../../examples/flights/calendar.ts';
import { GOLDEN_TOLERANCE } from '../../../examples/flights/training/golden.ts';
import type { Matrix } from '../../../examples/flights/training/matrix.ts';
import type { Samples } from '../../../examples/flights/training/samples.ts';
import { loadSession } from '../../../services/inference/execution/session.ts';
import { checkGolden, readGolden } from '../../../services/inference/loading/golden-cases.ts';
import { describeShape } from '../../../services/inference/tensors/model-shape.ts';
import { place } from '../../contract/placements.ts';
import { joinedFlights } from './joined.ts';
import { createOnnxScorer } from './onnx-scorer.ts';

const BATCHES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100, 256];

function readModel(version: number, file = 'model.onnx'): Promise<Buffer> {
  return readFile(
    new URL(`../../../examples/flights/models/flight_delay/${version}/${file}`, import.meta.url),
  );
}

let january: Samples;

beforeAll(async () => {
  january = await joinedFlights(0, minuteOf('2001-01-04'));
}, 120_000);

describe.each([1, 2])('committed model %i', (version) => {
  test('a flight gets the same bits in a batch of any size', async () => {
    const score = await createOnnxScorer(await readModel(version));
    // From the first hours, when most history is missing, and from later days, when little is.
    for (const first of [0, january.rows - 1024]) {
      const expected = await score(january, first, 1024);
      for (const size of BATCHES) {
        for (let from = 0; from + size <= 1024; from += size) {
          const scores = await score(january, first + from, size);
          expect(Buffer.compare(bytesOf(scores), bytesOf(expected.subarray(from, from + size)))).toBe(0);
        }
      }
    }
  });

  test('flights of January score in ONNX Runtime what the trainer gave them, as golden.json holds it', async () => {
    const session = loadSession(await readModel(version));
    const shape = describeShape('flight_delay', session.inputs, session.outputs);
    const golden = readGolden((await readModel(version, 'golden.json')).toString(), shape);
    if ('faults' in golden) expect.fail(golden.faults.join('; '));
    expect(golden.cases.map(({ inputs }) => inputs[0]!.shape)).toEqual([
      [1, 3],
      [7, 3],
    ]);
    for (const known of golden.cases) {
      expect(known.tolerance).toBe(GOLDEN_TOLERANCE);
      expect(checkGolden(known, shape, session.run)).toBeUndefined();
    }
    session.close();
  });

  test('a flight of which nothing is known gets a probability', async () => {
    const values = new Float32Array(january.columns).fill(Number.NaN);
    values.set([0, 0, 720, 4, 800, 0]);
    const score = await createOnnxScorer(await readModel(version));
    const [probability] = await score(oneRow(values), 0, 1);
    expect(probability).toBeGreaterThan(0.01);
    expect(probability).toBeLessThan(0.99);
  });

  test('a minute outside the day does not fail the flights in its batch', async () => {
    const score = await createOnnxScorer(await readModel(version));
    const [alone] = await score(january, 0, 1);
    const values = january.values.slice(0, 4 * january.columns);
    for (const [row, minute] of [-5, 100_000, Number.NaN].entries())
      values[(row + 1) * january.columns + 2] = minute;
    const scores = await score({ ...january, rows: 4, values }, 0, 4);
    expect(scores[0]).toBe(alone);
  });
});

test('the mesh loads both models, finds their golden cases to hold, and may batch them', async () => {
  const mesh = await place('local');
  try {
    const { models } = await mesh.client.models.ListModels({});
    expect(models).toMatchObject(
      [1, 2].map((version) => ({
        name: 'flight_delay',
        version,
        state: 'MODEL_STATE_READY',
        goldenCases: 2,
        batchClass: 'BATCH_CLASS_INVARIANT',
      })),
    );
  } finally {
    await mesh.close();
  }
});

function oneRow(values: Float32Array): Matrix {
  return { rows: 1, columns: january.columns, values, labels: new Uint8Array(1) };
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
