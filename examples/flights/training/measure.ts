import { localTimeOf, monthOf, monthStart } from '../calendar.ts';
import { createEvaluation, type Evaluation } from '../evaluation.ts';
import type { Candidate } from './candidates.ts';
import { THRESHOLD } from './declarations.ts';
import type { MonthResult } from './model-card.ts';
import type { Samples } from './samples.ts';

/** Scores every flight with every candidate; results by version. The flights must come in the order of departure. */
export async function measure(
  candidates: readonly Candidate[],
  batches: AsyncIterable<Samples>,
  report: (line: string) => void,
): Promise<Map<number, MonthResult[]>> {
  const results = new Map<number, MonthResult[]>(candidates.map(({ version }) => [version, []]));
  let evaluations = new Map<Candidate, Evaluation>();
  let month = 0;

  function finishMonth(): void {
    const name = localTimeOf(monthStart(month)).slice(0, 7);
    for (const [{ version }, evaluation] of evaluations) {
      const [summary, warnings] = [evaluation.summary(), evaluation.atThreshold(THRESHOLD)];
      results.get(version)?.push({ month: name, trained: month === 1, summary, warnings });
      report(`${name} version ${version}: AUC ${summary.auc.toFixed(4)}, Brier ${summary.brier.toFixed(4)}`);
    }
  }

  for await (const { rows, columns, values, labels, minutes } of batches) {
    for (let row = 0; row < rows; row++) {
      const rowMonth = monthOf(minutes[row] ?? 0);
      if (rowMonth !== month) {
        finishMonth();
        month = rowMonth;
        evaluations = new Map(candidates.map((candidate) => [candidate, createEvaluation()]));
      }
      for (const [candidate, evaluation] of evaluations) {
        evaluation.add(candidate.score(values, row * columns), labels[row] === 1);
      }
    }
  }
  finishMonth();
  return results;
}
