import { DERIVED_COLUMNS, REQUEST_COLUMNS } from '../request.ts';
import { PROBABILITY } from './columns-graph.ts';
import type { Matrix } from './matrix.ts';

/** ONNX Runtime adds float32 numbers where the trainer adds doubles. */
export const GOLDEN_TOLERANCE = 1e-6;

/** Flights besides the first, evenly spaced over the data. */
const ROWS = 7;

/**
 * golden.json of a version: what the trainer, which knows nothing of ONNX, scores for the first flight of all, of which hardly
 * anything is known, alone; and for some of the later ones in one batch. The mesh compares it whenever it loads the model.
 */
export function goldenJson(samples: Matrix, score: (values: Float32Array, at: number) => number): string {
  const later = Array.from({ length: ROWS }, (_, i) => Math.floor((samples.rows * (i + 1)) / (ROWS + 1)));
  const cases = [[0], later].map((rows) => {
    const starts = rows.map((row) => row * samples.columns);
    const tensor = (name: string, data: readonly (readonly (number | 'NaN')[])[]) => ({
      name,
      datatype: 'FP32',
      shape: [data.length, data[0]?.length],
      data,
    });
    const columns = (name: string, first: number, count: number) =>
      tensor(
        name,
        starts.map((at) => Array.from(samples.values.subarray(at + first, at + first + count), shortest)),
      );
    return JSON.stringify({
      inputs: [
        columns('request', DERIVED_COLUMNS.indexOf(REQUEST_COLUMNS[0]), REQUEST_COLUMNS.length),
        columns('features', DERIVED_COLUMNS.length, samples.columns - DERIVED_COLUMNS.length),
      ],
      outputs: [
        tensor(
          PROBABILITY,
          starts.map((at) => [shortest(score(samples.values, at))]),
        ),
      ],
      tolerance: GOLDEN_TOLERANCE,
    });
  });
  return `{ "cases": [\n${cases.join(',\n')}\n] }\n`;
}

/** Nine digits tell every float32 apart. */
function shortest(value: number): number | 'NaN' {
  return Number.isNaN(value) ? 'NaN' : Number(value.toPrecision(9));
}
