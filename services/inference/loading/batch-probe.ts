import type { Session } from '../execution/session.ts';
import { encodings } from '../tensors/datatype.ts';
import type { ModelShape } from '../tensors/model-shape.ts';
import { concatRows, elementCount, sliceRows, type Tensor, type TensorInfo } from '../tensors/tensor.ts';

/** Whether requests may share a run, and if not, why. */
export type Batching = { readonly batched: true } | { readonly batched: false; readonly reason: string };

// An odd number of rows leaves a remainder in every vector width, where kernels take another path.
const probeRows = 19;
// Above this a single run is so slow that the probe makes do with few rows, so as not to hold the thread at load.
const slowRunMs = 5;
const slowProbeRows = 3;
/** Stands in for an open dimension other than the first. */
const openDimension = 4;

/**
 * Finds out by trying whether rows are independent of the rows beside them, as a shape can't tell: runs generated rows one by one
 * and together, and compares bit by bit. A model that reads its first dimension as time, or whose kernels round differently in a
 * batch, is served request by request, so that an answer never depends on who else asked. Also warms the model up.
 */
export function probeBatching(shape: ModelShape, session: Pick<Session, 'run'>): Batching {
  if (!shape.stackable)
    return { batched: false, reason: 'its inputs and outputs do not share an open first dimension' };
  try {
    return compareRuns(shape, session);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { batched: false, reason: `it could not be tried with generated rows: ${message}` };
  }
}

function compareRuns(shape: ModelShape, session: Pick<Session, 'run'>): Batching {
  const startedAt = performance.now();
  session.run(shape.inputs.map((info) => generatedRow(info, 0)));
  const count = performance.now() - startedAt > slowRunMs ? slowProbeRows : probeRows;
  const rows = Array.from({ length: count }, (_, row) => shape.inputs.map((info) => generatedRow(info, row)));
  const alone = rows.map((inputs) => session.run(inputs));
  for (const size of new Set([2, slowProbeRows, count])) {
    const inputs = shape.inputs.map((_, i) => concatRows(rows.slice(0, size).map((row) => row[i] as Tensor)));
    const together = session.run(inputs);
    for (const [i, output] of together.entries()) {
      const name = shape.outputs[i]?.name;
      if (output.shape[0] !== size)
        return {
          batched: false,
          reason: `output '${name}' has ${output.shape[0]} rows for ${size} input rows`,
        };
      for (let row = 0; row < size; row++) {
        if (!sameBits(sliceRows(output, row, 1), alone[row]?.[i]))
          return { batched: false, reason: `output '${name}' of a row depends on the rows beside it` };
      }
    }
  }
  return { batched: true };
}

function generatedRow(info: TensorInfo, row: number): Tensor {
  const shape = info.shape.map((dimension, axis) =>
    axis === 0 ? 1 : dimension === -1 ? openDimension : dimension,
  );
  const count = elementCount(shape);
  const { datatype } = info;
  if (datatype === 'BYTES')
    return { datatype, shape, data: Array.from({ length: count }, (_, i) => `${(row + i) % 3}`) };
  const { sizeBytes } = encodings[datatype];
  const data = new Uint8Array(count * sizeBytes);
  const view = new DataView(data.buffer);
  for (let i = 0; i < count; i++) {
    // Spread over -2 .. 2 without a pattern that a model could be symmetric in.
    const real = Math.sin(1 + row * 12.9898 + i * 78.233) * 2;
    if (datatype === 'FP32') view.setFloat32(i * 4, real, true);
    else if (datatype === 'FP64') view.setFloat64(i * 8, real, true);
    else if (datatype === 'FP16') view.setUint16(i * 2, real < 0 ? 0xb800 : 0x3a00 + (row % 16), true);
    // Small integers, because they are often indexes.
    else data[i * sizeBytes] = (row + i) % 2;
  }
  return { datatype, shape, data };
}

function sameBits(a: Tensor, b: Tensor | undefined): boolean {
  if (b === undefined || a.data.length !== b.data.length || a.shape.length !== b.shape.length) return false;
  for (let i = 0; i < a.data.length; i++) if (a.data[i] !== b.data[i]) return false;
  return a.shape.every((dimension, axis) => dimension === b.shape[axis]);
}
