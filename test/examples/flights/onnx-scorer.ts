import { InferenceSession, Tensor } from 'onnxruntime-node';
import { DERIVED_COLUMNS, REQUEST_COLUMNS } from '../../../examples/flights/request.ts';
import type { Matrix } from '../../../examples/flights/training/matrix.ts';

/** Probabilities of `count` samples from row `from` on, all in one batch. */
export type OnnxScorer = (samples: Matrix, from: number, count: number) => Promise<Float32Array>;

/** Scores samples with the given model as the mesh does: only `request` and `features` go in, on one thread. */
export async function createOnnxScorer(model: Uint8Array): Promise<OnnxScorer> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  const firstRequestColumn = DERIVED_COLUMNS.indexOf('minute_of_day');
  return async (samples, from, count) => {
    const width = samples.columns - DERIVED_COLUMNS.length;
    const request = new Float32Array(count * REQUEST_COLUMNS.length);
    const features = new Float32Array(count * width);
    for (let row = 0; row < count; row++) {
      const start = (from + row) * samples.columns;
      const columns = samples.values.subarray(start, start + samples.columns);
      const requestColumns = columns.subarray(
        firstRequestColumn,
        firstRequestColumn + REQUEST_COLUMNS.length,
      );
      request.set(requestColumns, row * REQUEST_COLUMNS.length);
      features.set(columns.subarray(DERIVED_COLUMNS.length), row * width);
    }
    const outputs = await session.run({
      request: new Tensor('float32', request, [count, REQUEST_COLUMNS.length]),
      features: new Tensor('float32', features, [count, width]),
    });
    const { data, dims } = outputs.late_probability!;
    if (dims.join() !== `${count},1` || !(data instanceof Float32Array))
      throw new Error(`output of shape ${dims}`);
    return data;
  };
}
