import { beforeAll, describe, expect, test } from 'vitest';
import { minuteOf } from '../../../examples/flights/calendar.ts';
import { createEvaluation } from '../../../examples/flights/evaluation.ts';
import { parseTrainingArguments, reproduceCommand } from '../../../examples/flights/training/arguments.ts';
import { type Candidate, trainCandidates } from '../../../examples/flights/training/candidates.ts';
import type { Samples } from '../../../examples/flights/training/samples.ts';
import { joinedFlights } from './joined.ts';
import { createOnnxScorer } from './onnx-scorer.ts';

const OPTIONS = { trees: 30, seed: 7 };
const TRAINED_ROWS = 30_000;

let samples: Samples;
let candidates: Candidate[];

beforeAll(async () => {
  samples = await joinedFlights(0, minuteOf('2001-01-05'));
  candidates = trainCandidates({ ...samples, rows: TRAINED_ROWS }, OPTIONS, () => {});
}, 120_000);

describe('training on a slice', () => {
  test.each([1, 2])('version %i scores the same in ONNX Runtime as in the trainer', async (version) => {
    const { model, score } = candidates.find((candidate) => candidate.version === version)!;
    const scores = await (await createOnnxScorer(model))(samples, 0, samples.rows);
    let worst = 0;
    for (let row = 0; row < samples.rows; row++) {
      worst = Math.max(worst, Math.abs(scores[row]! - score(samples.values, row * samples.columns)));
    }
    expect(samples.rows).toBeGreaterThan(2 * TRAINED_ROWS);
    expect(worst).toBeLessThan(1e-6);
  });

  test('the same seed gives the same bytes, another seed other trees', () => {
    const slice = { ...samples, rows: 5000 };
    const models = (seed: number) =>
      trainCandidates(slice, { trees: 5, seed }, () => {}).map(({ model }) => model);
    const [trees, linear] = models(1);
    expect(models(1)).toEqual([trees, linear]);
    const [otherTrees, sameLinear] = models(2);
    expect(Buffer.compare(otherTrees!, trees!)).not.toBe(0);
    expect(sameLinear).toEqual(linear);
  });

  test('what is learnt from some days tells late flights of the next from those on time', () => {
    for (const { score } of candidates) {
      const evaluation = createEvaluation();
      for (let row = TRAINED_ROWS; row < samples.rows; row++) {
        evaluation.add(score(samples.values, row * samples.columns), samples.labels[row] === 1);
      }
      expect(evaluation.summary().auc).toBeGreaterThan(0.65);
    }
  });
});

describe('the arguments of the trainer', () => {
  test('the command in a card repeats what matters and leaves out where it wrote', () => {
    expect(reproduceCommand(parseTrainingArguments(['--out', '/somewhere']))).toBe(
      'npx tsx examples/flights/train.ts',
    );
    expect(reproduceCommand(parseTrainingArguments(['--rows', '2000', '--seed', '5']))).toBe(
      'npx tsx examples/flights/train.ts --rows 2000 --seed 5',
    );
  });

  test('a value out of range is named', () => {
    expect(() => parseTrainingArguments(['--months', '9'])).toThrow(
      '--months 9: give a whole number from 1 to 6',
    );
  });
});
