import { BINS, type BinnedMatrix, MISSING_BIN } from './bins.ts';

/** Sums of the first and second derivatives of the loss: of some rows. */
export interface Sums {
  gradient: number;
  hessian: number;
}

/** Derivatives of the loss by the log odds, row by row: gradient and hessian side by side. */
export type Derivatives = Float64Array;

/** Sums per column and bin: gradient and hessian side by side. */
export type Histogram = Float64Array;

export function buildHistogram(
  matrix: BinnedMatrix,
  columns: readonly number[],
  derivatives: Derivatives,
  rows: Uint32Array,
): Histogram {
  const histogram = new Float64Array(matrix.columns * BINS * 2);
  const { bins } = matrix;
  const used = Uint8Array.from(columns);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const gradient = derivatives[2 * row] as number;
    const hessian = derivatives[2 * row + 1] as number;
    const first = row * matrix.columns;
    for (let c = 0; c < used.length; c++) {
      const column = used[c] as number;
      const at = 2 * (column * BINS + (bins[first + column] as number));
      histogram[at] = (histogram[at] as number) + gradient;
      histogram[at + 1] = (histogram[at + 1] as number) + hessian;
    }
  }
  return histogram;
}

/** The histogram of the rows that are in `whole` and not in `part`; it takes the place of `whole`. */
export function subtractHistogram(whole: Histogram, part: Histogram): Histogram {
  for (let i = 0; i < whole.length; i++) whole[i] = (whole[i] as number) - (part[i] as number);
  return whole;
}

export function totalOf(histogram: Histogram, column: number): Sums {
  const total = { gradient: 0, hessian: 0 };
  for (let at = 2 * column * BINS; at < 2 * (column + 1) * BINS; at += 2) {
    total.gradient += histogram[at] as number;
    total.hessian += histogram[at + 1] as number;
  }
  return total;
}

export interface SplitChoice {
  column: number;
  /** The last bin whose rows go to `yes`. */
  bin: number;
  missingYes: boolean;
  gain: number;
}

export interface SplitLimits {
  /** Smallest sum of second derivatives on either side. */
  minHessian: number;
  /** L2 penalty on leaf weights. */
  lambda: number;
  /** Smallest gain that is worth a split. */
  minGain: number;
}

/**
 * The split that lowers the loss most, or undefined if none is worth it. Gain as in Chen and Guestrin, "XGBoost: A
 * Scalable Tree Boosting System" (2016), equation 7; missing values try both sides (algorithm 3).
 */
export function bestSplit(
  histogram: Histogram,
  columns: readonly number[],
  cuts: readonly Float32Array[],
  limits: SplitLimits,
): SplitChoice | undefined {
  let best: SplitChoice | undefined;
  const total = totalOf(histogram, columns[0] ?? 0);
  const loss = ({ gradient, hessian }: Sums): number => (gradient * gradient) / (hessian + limits.lambda);
  for (const column of columns) {
    const missing = sumsOf(histogram, column, MISSING_BIN);
    for (const missingYes of missing.hessian > 0 ? [true, false] : [false]) {
      const yes = missingYes ? missing : { gradient: 0, hessian: 0 };
      for (let bin = 0; bin < (cuts[column]?.length ?? 0); bin++) {
        const sums = sumsOf(histogram, column, bin);
        yes.gradient += sums.gradient;
        yes.hessian += sums.hessian;
        const no = { gradient: total.gradient - yes.gradient, hessian: total.hessian - yes.hessian };
        if (yes.hessian < limits.minHessian || no.hessian < limits.minHessian) continue;
        const gain = (loss(yes) + loss(no) - loss(total)) / 2;
        if (gain > (best?.gain ?? limits.minGain)) best = { column, bin, missingYes, gain };
      }
    }
  }
  return best;
}

function sumsOf(histogram: Histogram, column: number, bin: number): Sums {
  const at = 2 * (column * BINS + bin);
  return { gradient: histogram[at] as number, hessian: histogram[at + 1] as number };
}
