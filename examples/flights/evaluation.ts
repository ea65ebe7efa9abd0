/** How good predicted probabilities were, once the truth is known. Takes one pair at a time, in any order. */
export interface Evaluation {
  /** `score` is the predicted probability of being late. Amortised constant time; 9 bytes of memory each. */
  add(score: number, late: boolean): void;
  /** Everything about the pairs so far. Sorts them: about 0.3 s for half a million. */
  summary(): EvaluationSummary;
  /** What warning at `score >= threshold` would have done. Linear in the number of pairs. */
  atThreshold(threshold: number): ThresholdSummary;
}

export interface EvaluationSummary {
  count: number;
  lateRate: number;
  meanScore: number;
  /** Chance that a late flight scored higher than one on time, ties counting half; NaN without both kinds. */
  auc: number;
  /** Mean squared distance of the score from the truth (Brier, 1950); 0 is perfect. */
  brier: number;
  /** Ten groups of equal size by ascending score. */
  deciles: CalibrationGroup[];
}

export interface CalibrationGroup {
  count: number;
  meanScore: number;
  lateRate: number;
}

export interface ThresholdSummary {
  /** Share of flights warned of. */
  flagged: number;
  /** Share of warnings that were right; NaN without warnings. */
  precision: number;
  /** Share of late flights warned of; NaN without late flights. */
  recall: number;
}

const GROUPS = 10;

export function createEvaluation(): Evaluation {
  let scores = new Float64Array(1024);
  let labels = new Uint8Array(1024);
  let count = 0;
  let lateCount = 0;

  return {
    add(score, late) {
      if (count === scores.length) {
        const [moreScores, moreLabels] = [new Float64Array(2 * count), new Uint8Array(2 * count)];
        moreScores.set(scores);
        moreLabels.set(labels);
        [scores, labels] = [moreScores, moreLabels];
      }
      scores[count] = score;
      labels[count] = late ? 1 : 0;
      count += 1;
      lateCount += late ? 1 : 0;
    },
    summary() {
      const ranked = rank(scores.subarray(0, count), labels);
      return {
        count,
        lateRate: lateCount / count,
        meanScore: mean(ranked.scores),
        auc: rankedAuc(ranked, lateCount),
        brier: mean(ranked.scores.map((score, i) => (score - (ranked.labels[i] ?? 0)) ** 2)),
        deciles: Array.from({ length: GROUPS }, (_, group) => {
          const [start, end] = [
            Math.floor((group * count) / GROUPS),
            Math.floor(((group + 1) * count) / GROUPS),
          ];
          const late = mean(ranked.labels.subarray(start, end));
          return { count: end - start, meanScore: mean(ranked.scores.subarray(start, end)), lateRate: late };
        }),
      };
    },
    atThreshold(threshold) {
      let flagged = 0;
      let right = 0;
      for (let i = 0; i < count; i++) {
        if ((scores[i] ?? 0) < threshold) continue;
        flagged += 1;
        right += labels[i] ?? 0;
      }
      return { flagged: flagged / count, precision: right / flagged, recall: right / lateCount };
    },
  };
}

interface Ranked {
  scores: Float64Array;
  labels: Uint8Array;
}

function rank(scores: Float64Array, labels: Uint8Array): Ranked {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  return {
    scores: Float64Array.from(order, (i) => scores[i] ?? 0),
    labels: Uint8Array.from(order, (i) => labels[i] ?? 0),
  };
}

/** From the sum of the ranks of the late flights: the statistic of Mann and Whitney (1947), equal scores sharing a rank. */
function rankedAuc({ scores, labels }: Ranked, lateCount: number): number {
  let rankSum = 0;
  for (let start = 0, end = 0; start < scores.length; start = end) {
    let late = 0;
    for (end = start; end < scores.length && scores[end] === scores[start]; end++) late += labels[end] ?? 0;
    rankSum += (late * (start + 1 + end)) / 2;
  }
  return (rankSum - (lateCount * (lateCount + 1)) / 2) / (lateCount * (scores.length - lateCount));
}

function mean(values: Float64Array | Uint8Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
