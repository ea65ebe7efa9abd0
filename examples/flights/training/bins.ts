import type { Matrix } from './matrix.ts';

/** At most 255 bins of values and one of missing values fit a byte. */
const MAX_CUTS = 254;
export const MISSING_BIN = 255;
export const BINS = 256;
/** Quantiles of this many rows are exact enough, and sorting them takes no time. */
const QUANTILE_ROWS = 50_000;

/** A matrix with every value replaced by its bin: bin b of a column holds the values in (cuts[b - 1], cuts[b]]. */
export interface BinnedMatrix {
  rows: number;
  columns: number;
  bins: Uint8Array;
  cuts: Float32Array[];
}

export function binMatrix(matrix: Matrix): BinnedMatrix {
  const { rows, columns, values } = matrix;
  const cuts = Array.from({ length: columns }, (_, column) => findCuts(matrix, column));
  const bins = new Uint8Array(rows * columns);
  for (const [column, columnCuts] of cuts.entries()) {
    for (let at = column; at < bins.length; at += columns)
      bins[at] = binOf(values[at] ?? Number.NaN, columnCuts);
  }
  return { rows, columns, bins, cuts };
}

/**
 * Cuts between neighbouring values of a column, at quantiles when there are more values than bins. A cut is the middle
 * of its neighbours as float32, so that `value <= cut` holds for the same rows here and in ONNX Runtime.
 */
function findCuts(matrix: Matrix, column: number): Float32Array {
  const step = Math.max(1, Math.floor(matrix.rows / QUANTILE_ROWS));
  const values: number[] = [];
  for (let row = 0; row < matrix.rows; row += step) {
    const value = matrix.values[row * matrix.columns + column] ?? Number.NaN;
    if (!Number.isNaN(value)) values.push(value);
  }
  const sorted = Float32Array.from(values).sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length <= MAX_CUTS) return middles(distinct);
  const quantiles = Float32Array.from(
    { length: MAX_CUTS },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / (MAX_CUTS + 1))] ?? Number.NaN,
  );
  const wanted = new Set(quantiles);
  return middles(distinct).filter((_, i) => wanted.has(distinct[i] ?? Number.NaN));
}

function middles(distinct: Float32Array): Float32Array {
  const cuts = new Float32Array(Math.max(0, distinct.length - 1));
  for (let i = 0; i < cuts.length; i++) cuts[i] = ((distinct[i] ?? 0) + (distinct[i + 1] ?? 0)) / 2;
  return cuts;
}

/** The number of cuts below a value. */
function binOf(value: number, cuts: Float32Array): number {
  if (Number.isNaN(value)) return MISSING_BIN;
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cuts[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
