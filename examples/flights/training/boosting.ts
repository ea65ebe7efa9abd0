import { binMatrix } from './bins.ts';
import { type GrowthLimits, growTree } from './grow-tree.ts';
import type { Matrix } from './matrix.ts';
import { createRandom, sample } from './random.ts';
import { sigmoid, type Tree, type TreeEnsemble } from './tree.ts';

export interface BoostingOptions extends GrowthLimits {
  trees: number;
  /** Columns that each tree may use, drawn at random: it makes trees differ, and growing them cheaper. */
  columnsPerTree: number;
  seed: number;
}

export const DEFAULT_BOOSTING: BoostingOptions = {
  trees: 120,
  columnsPerTree: 13,
  seed: 20010101,
  maxDepth: 6,
  maxLeaves: 40,
  learningRate: 0.12,
  minHessian: 30,
  lambda: 5,
  minGain: 1,
};

/** Trees that minimise the log loss, by second-order gradient boosting on histograms. Equal inputs give equal trees. */
export function trainTrees(
  matrix: Matrix,
  options: BoostingOptions,
  progress: (done: number, all: number) => void = () => {},
): TreeEnsemble {
  const binned = binMatrix(matrix);
  const random = createRandom(options.seed);
  const late = matrix.labels.subarray(0, matrix.rows).reduce((sum, label) => sum + label, 0);
  const base = Math.fround(Math.log(late / (matrix.rows - late)));
  const logOdds = new Float64Array(matrix.rows).fill(base);
  const derivatives = new Float64Array(2 * matrix.rows);
  const rows = new Uint32Array(matrix.rows);
  const trees: Tree[] = [];
  for (let done = 0; done < options.trees; done++) {
    for (let row = 0; row < matrix.rows; row++) {
      const probability = sigmoid(logOdds[row] ?? 0);
      derivatives[2 * row] = probability - (matrix.labels[row] ?? 0);
      derivatives[2 * row + 1] = probability * (1 - probability);
      rows[row] = row;
    }
    const columns = sample(matrix.columns, options.columnsPerTree, random);
    trees.push(growTree(binned, columns, derivatives, options, rows, logOdds));
    progress(done + 1, options.trees);
  }
  return { base, trees };
}
