import { expect, it } from 'vitest';
import { VersionStatistics } from '../../../services/inference/protocol/version-statistics.ts';

it('tells thousands of batch sizes apart, counts each run once, and does not grow without end', () => {
  const statistics = new VersionStatistics();
  const count = 20_000;
  for (let rows = 1; rows <= count; rows++) statistics.countRun(rows, 1, 2, 3);
  statistics.countRun(7, 1, 2, 3);
  expect(statistics.batches.size).toBeLessThan(4200);
  expect(statistics.batches.get(7)).toEqual({ runs: 2, inputMs: 2, inferMs: 4, outputMs: 6 });
  const sums = [...statistics.batches.values()];
  expect(sums.reduce((sum, { runs }) => sum + runs, 0)).toBe(statistics.runs);
});
