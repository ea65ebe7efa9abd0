import { type BinnedMatrix, MISSING_BIN } from './bins.ts';
import {
  bestSplit,
  buildHistogram,
  type Derivatives,
  type Histogram,
  type SplitChoice,
  type SplitLimits,
  subtractHistogram,
  totalOf,
} from './histogram.ts';
import { makeLeaf, type Tree } from './tree.ts';

export interface GrowthLimits extends SplitLimits {
  maxDepth: number;
  maxLeaves: number;
  /** Each leaf takes this share of its best step. */
  learningRate: number;
}

/** A leaf that may be split: its node, its rows, their histogram, and the best split. */
interface OpenLeaf {
  node: number;
  depth: number;
  rows: Uint32Array;
  histogram: Histogram;
  split: SplitChoice | undefined;
}

/**
 * Grows one tree, splitting next the leaf that gains most, and adds the weight of its leaf to every row's log odds.
 * `rows` is a permutation of all rows and is rearranged. Equal inputs give equal trees.
 */
export function growTree(
  matrix: BinnedMatrix,
  columns: readonly number[],
  derivatives: Derivatives,
  limits: GrowthLimits,
  rows: Uint32Array,
  logOdds: Float64Array,
): Tree {
  const tree: Tree = [];
  const open: OpenLeaf[] = [];

  function addLeaf(depth: number, leafRows: Uint32Array, histogram: Histogram): number {
    const total = totalOf(histogram, columns[0] ?? 0);
    // XGBoost (2016), equation 5.
    const weight = Math.fround((-limits.learningRate * total.gradient) / (total.hessian + limits.lambda));
    const node = tree.push(makeLeaf(weight)) - 1;
    const split = depth < limits.maxDepth ? bestSplit(histogram, columns, matrix.cuts, limits) : undefined;
    open.push({ node, depth, rows: leafRows, histogram, split });
    return node;
  }

  function splitLeaf(leaf: OpenLeaf, split: SplitChoice): void {
    const yesCount = partition(matrix, leaf.rows, split);
    const [yesRows, noRows] = [leaf.rows.subarray(0, yesCount), leaf.rows.subarray(yesCount)];
    // Only the smaller side is counted; the other is what remains.
    const yesIsSmaller = yesRows.length <= noRows.length;
    const counted = buildHistogram(matrix, columns, derivatives, yesIsSmaller ? yesRows : noRows);
    const remaining = subtractHistogram(leaf.histogram, counted);
    tree[leaf.node] = {
      ...makeLeaf(0),
      column: split.column,
      threshold: matrix.cuts[split.column]?.[split.bin] ?? Number.NaN,
      missingYes: split.missingYes,
      yes: addLeaf(leaf.depth + 1, yesRows, yesIsSmaller ? counted : remaining),
      no: addLeaf(leaf.depth + 1, noRows, yesIsSmaller ? remaining : counted),
    };
  }

  addLeaf(0, rows, buildHistogram(matrix, columns, derivatives, rows));
  while (open.length < limits.maxLeaves) {
    const gains = open.map((leaf) => leaf.split?.gain ?? 0);
    const next = open[gains.indexOf(Math.max(...gains))];
    if (!next?.split) break;
    open.splice(open.indexOf(next), 1);
    splitLeaf(next, next.split);
  }
  for (const leaf of open) {
    const weight = tree[leaf.node]?.weight ?? 0;
    for (const row of leaf.rows) logOdds[row] = (logOdds[row] ?? 0) + weight;
  }
  return tree;
}

/** Moves the rows that answer yes to the front, keeping their order, and returns their number. */
function partition(matrix: BinnedMatrix, rows: Uint32Array, split: SplitChoice): number {
  const no: number[] = [];
  let yes = 0;
  for (const row of rows) {
    const bin = matrix.bins[row * matrix.columns + split.column] ?? MISSING_BIN;
    if (bin === MISSING_BIN ? split.missingYes : bin <= split.bin) rows[yes++] = row;
    else no.push(row);
  }
  rows.set(no, yes);
  return yes;
}
