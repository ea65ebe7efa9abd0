import type { Matrix } from './matrix.ts';
import { sigmoid } from './tree.ts';

/**
 * Log odds = bias + the weighted sum of the design: every column scaled to mean 0 and deviation 1 with missing values
 * at 0, then a flag (1 or 0) for every column that was ever missing.
 */
export interface LinearModel {
  bias: number;
  /** All as float32, one per column. */
  means: Float32Array;
  /** One over the standard deviation; 0 for a column that never varies. */
  scales: Float32Array;
  weights: Float32Array;
  /** The columns that have a flag, and the weight of each flag. */
  flagged: number[];
  flagWeights: Float32Array;
}

/** Pulls weights toward 0, in units of rows: enough to keep the equations solvable, too little to matter. */
const RIDGE = 1;
const MAX_STEPS = 25;

/** Fits by Newton's method (iteratively reweighted least squares) until the log odds stand still. Deterministic. */
export function fitLinear(
  matrix: Matrix,
  progress: (step: number, change: number) => void = () => {},
): LinearModel {
  const model = prepare(matrix);
  const width = matrix.columns + model.flagged.length + 1;
  const coefficients = new Float64Array(width);
  for (let step = 1; step <= MAX_STEPS; step++) {
    const { gradient, hessian } = derivatives(matrix, model, coefficients);
    const change = solve(hessian, gradient);
    for (let i = 0; i < width; i++) coefficients[i] = at(coefficients, i) - at(change, i);
    const largest = Math.max(...change.map(Math.abs));
    progress(step, largest);
    if (largest < 1e-6) break;
  }
  model.weights.set(coefficients.subarray(0, matrix.columns));
  model.flagWeights.set(coefficients.subarray(matrix.columns, width - 1));
  return { ...model, bias: Math.fround(at(coefficients, width - 1)) };
}

/** Log odds of the row that starts at `start`. */
export function scoreLinear(model: LinearModel, values: Float32Array, start: number): number {
  let logOdds = model.bias;
  for (let column = 0; column < model.weights.length; column++) {
    logOdds += scaled(model, values, start, column) * at(model.weights, column);
  }
  for (const [flag, column] of model.flagged.entries()) {
    if (Number.isNaN(at(values, start + column))) logOdds += at(model.flagWeights, flag);
  }
  return logOdds;
}

function prepare(matrix: Matrix): LinearModel {
  const { rows, columns, values } = matrix;
  const means = new Float32Array(columns);
  const scales = new Float32Array(columns);
  const flagged: number[] = [];
  for (let column = 0; column < columns; column++) {
    let [count, sum, squares] = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      const value = at(values, row * columns + column);
      if (Number.isNaN(value)) continue;
      count += 1;
      sum += value;
      squares += value * value;
    }
    const mean = count > 0 ? sum / count : 0;
    const variance = count > 0 ? squares / count - mean * mean : 0;
    means[column] = mean;
    scales[column] = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
    if (count < rows) flagged.push(column);
  }
  const [weights, flagWeights] = [new Float32Array(columns), new Float32Array(flagged.length)];
  return { bias: 0, means, scales, weights, flagged, flagWeights };
}

/** Of the penalised log loss by the coefficients: weights, flag weights, bias. The hessian is a full square. */
function derivatives(
  matrix: Matrix,
  model: LinearModel,
  coefficients: Float64Array,
): { gradient: Float64Array; hessian: Float64Array[] } {
  const width = coefficients.length;
  const gradient = coefficients.map((coefficient, i) => (i < width - 1 ? RIDGE * coefficient : 0));
  const hessian = Array.from({ length: width }, (_, i) => {
    const line = new Float64Array(width);
    if (i < width - 1) line[i] = RIDGE;
    return line;
  });
  const design = new Float64Array(width);
  design[width - 1] = 1;
  for (let row = 0; row < matrix.rows; row++) {
    const start = row * matrix.columns;
    for (let column = 0; column < matrix.columns; column++) {
      design[column] = scaled(model, matrix.values, start, column);
    }
    for (let flag = 0; flag < model.flagged.length; flag++) {
      const missing = Number.isNaN(at(matrix.values, start + at(model.flagged, flag)));
      design[matrix.columns + flag] = missing ? 1 : 0;
    }
    let logOdds = 0;
    for (let i = 0; i < width; i++) logOdds += at(design, i) * at(coefficients, i);
    const probability = sigmoid(logOdds);
    const error = probability - at(matrix.labels, row);
    const curvature = probability * (1 - probability);
    for (let i = 0; i < width; i++) {
      const value = at(design, i);
      if (value === 0) continue;
      gradient[i] = at(gradient, i) + error * value;
      const line = hessian[i] as Float64Array;
      for (let j = 0; j <= i; j++) line[j] = at(line, j) + curvature * value * at(design, j);
    }
  }
  return { gradient, hessian };
}

/** Solves a symmetric positive definite system of which the lower triangle is given, by Cholesky's decomposition. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  const line = (i: number): Float64Array => matrix[i] as Float64Array;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = at(line(i), j);
      for (let k = 0; k < j; k++) sum -= at(line(i), k) * at(line(j), k);
      line(i)[j] = i === j ? Math.sqrt(sum) : sum / at(line(j), j);
    }
  }
  const solution = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    let sum = at(solution, i);
    for (let k = 0; k < i; k++) sum -= at(line(i), k) * at(solution, k);
    solution[i] = sum / at(line(i), i);
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = at(solution, i);
    for (let k = i + 1; k < size; k++) sum -= at(line(k), i) * at(solution, k);
    solution[i] = sum / at(line(i), i);
  }
  return solution;
}

function scaled(model: LinearModel, values: Float32Array, start: number, column: number): number {
  const value = at(values, start + column);
  return Number.isNaN(value) ? 0 : (value - at(model.means, column)) * at(model.scales, column);
}

/** An element that is known to exist: these loops run hundreds of millions of times. */
function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}
