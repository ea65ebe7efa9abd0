import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEvaluation } from '../../../examples/flights/evaluation.ts';

const pairs = fc.array(
  fc.record({ score: fc.integer({ min: 0, max: 12 }).map((n) => n / 12), late: fc.boolean() }),
  {
    minLength: 1,
    maxLength: 80,
  },
);

function evaluate(list: { score: number; late: boolean }[]) {
  const evaluation = createEvaluation();
  for (const { score, late } of list) evaluation.add(score, late);
  return evaluation;
}

describe('evaluation', () => {
  test('AUC is the share of pairs that are in the right order, ties counting half', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        let [won, compared] = [0, 0];
        for (const late of list.filter((pair) => pair.late)) {
          for (const onTime of list.filter((pair) => !pair.late)) {
            won += late.score > onTime.score ? 1 : late.score === onTime.score ? 0.5 : 0;
            compared += 1;
          }
        }
        const { auc } = evaluate(list).summary();
        if (compared === 0) expect(auc).toBeNaN();
        else expect(auc).toBeCloseTo(won / compared, 12);
      }),
    );
  });

  test('the Brier score is the mean squared distance from the truth', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const expected =
          list.reduce((sum, { score, late }) => sum + (score - Number(late)) ** 2, 0) / list.length;
        expect(evaluate(list).summary().brier).toBeCloseTo(expected, 12);
      }),
    );
  });

  test('the ten calibration groups hold every pair once, in the order of the scores', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const { deciles, meanScore, lateRate, count } = evaluate(list).summary();
        expect(deciles).toHaveLength(10);
        expect(deciles.reduce((sum, group) => sum + group.count, 0)).toBe(list.length);
        expect(count).toBe(list.length);
        const filled = deciles.filter((group) => group.count > 0);
        const weighted = (value: (group: (typeof filled)[number]) => number) =>
          filled.reduce((sum, group) => sum + group.count * value(group), 0) / list.length;
        expect(weighted((group) => group.meanScore)).toBeCloseTo(meanScore, 12);
        expect(weighted((group) => group.lateRate)).toBeCloseTo(lateRate, 12);
        const means = filled.map((group) => group.meanScore);
        expect(means).toEqual([...means].sort((a, b) => a - b));
      }),
    );
  });

  test('a summary may be taken at any time and does not disturb what follows', () => {
    const evaluation = createEvaluation();
    for (let i = 0; i < 3000; i++) {
      evaluation.add((i * 7919) % 3000, i % 3 === 0);
      if (i % 1000 === 500) evaluation.summary();
    }
    const list = Array.from({ length: 3000 }, (_, i) => ({ score: (i * 7919) % 3000, late: i % 3 === 0 }));
    expect(evaluation.summary()).toEqual(evaluate(list).summary());
  });

  test('warnings are counted at and above the threshold', () => {
    const evaluation = evaluate([
      { score: 0.1, late: false },
      { score: 0.5, late: true },
      { score: 0.9, late: false },
      { score: 0.2, late: true },
    ]);
    expect(evaluation.atThreshold(0.5)).toEqual({ flagged: 0.5, precision: 0.5, recall: 0.5 });
  });
});
