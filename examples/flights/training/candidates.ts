import { DEFAULT_BOOSTING, trainTrees } from './boosting.ts';
import { fitLinear, scoreLinear } from './linear.ts';
import { linearGraph } from './linear-graph.ts';
import type { Matrix } from './matrix.ts';
import { createTreeScorer, sigmoid } from './tree.ts';
import { treeGraph } from './tree-graph.ts';

/** A trained version: its file, and the same model as a function. */
export interface Candidate {
  version: number;
  description: string;
  /** How it was fitted, for the model card. */
  method: string;
  model: Uint8Array;
  /** The probability that the sample that starts at `at` is late; the file gives the same within 1e-6. */
  score(values: Float32Array, at: number): number;
}

/** Trains the champion (trees) and the challenger (linear). Equal inputs give equal files. */
export function trainCandidates(
  samples: Matrix,
  { trees, seed }: { trees: number; seed: number },
  report: (line: string) => void,
): Candidate[] {
  const options = { ...DEFAULT_BOOSTING, trees, seed };
  report(`growing ${trees} trees on ${samples.rows} flights`);
  const ensemble = trainTrees(samples, options, (done) => {
    if (done % 10 === 0) report(`grew ${done} of ${trees} trees`);
  });
  report('fitting the linear model');
  const linear = fitLinear(samples, (step, change) =>
    report(`step ${step} moved by ${change.toExponential(1)}`),
  );

  const treeDescription =
    'Chance that a departing flight arrives 15 or more minutes late: gradient boosted trees.';
  const linearDescription =
    'Chance that a departing flight arrives 15 or more minutes late: logistic regression.';
  const scoreTrees = createTreeScorer(ensemble);
  return [
    {
      version: 1,
      description: treeDescription,
      method:
        `${trees} trees of depth ${options.maxDepth} and at most ${options.maxLeaves} leaves, grown on histograms by ` +
        `second-order gradient boosting of the log loss:\nlearning rate ${options.learningRate}, ` +
        `L2 penalty ${options.lambda}, at least ${options.minHessian} in second derivatives per leaf, ` +
        `${options.columnsPerTree} of ${samples.columns} columns drawn for each tree.\n` +
        'Every split has learnt which way a missing value goes.',
      model: treeGraph(ensemble, samples.columns, 'flight_delay_trees', treeDescription),
      score: (values, at) => sigmoid(scoreTrees(values, at)),
    },
    {
      version: 2,
      description: linearDescription,
      method:
        "Logistic regression on columns of mean 0 and deviation 1, fitted by Newton's method with an L2 penalty of 1.\n" +
        'A missing value counts as the mean, and a flag with a weight of its own says that it was missing.',
      model: linearGraph(linear, 'flight_delay_linear', linearDescription),
      score: (values, at) => sigmoid(scoreLinear(linear, values, at)),
    },
  ];
}
