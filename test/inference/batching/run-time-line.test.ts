import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunTimeLine } from '../../../services/inference/batching/run-time-line.ts';
import { createRandom } from './overload-simulation.ts';

const sizes = [1, 2, 4, 8, 16, 32, 64];

/** Tells the line of runs of random sizes; `noise` is relative. */
function teach(line: RunTimeLine, runs: number, ms: (size: number) => number, noise = 0, seed = 1): void {
  const random = createRandom(seed);
  for (let i = 0; i < runs; i++) {
    const size = sizes[Math.floor(random() * sizes.length)]!;
    line.observe(size, ms(size) * (1 + noise * (2 * random() - 1)), i);
  }
}

const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true, noDefaultInfinity: true });

describe('RunTimeLine', () => {
  it('never predicts less than nothing, nor less for more rows, whatever it was told', () => {
    const run = fc.record({ size: fc.integer({ min: 1, max: 5000 }), ms: between(0, 1e4) });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 60 }), (runs) => {
        const line = new RunTimeLine();
        for (const { size, ms } of runs) line.observe(size, ms, 0);
        let before = 0;
        for (const size of [1, 2, 3, 10, 100, 1000, 10_000]) {
          const ms = line.at(size);
          expect(Number.isFinite(ms)).toBe(true);
          expect(ms).toBeGreaterThanOrEqual(before);
          before = ms;
        }
      }),
    );
  });

  it('finds base and slope behind a fifth of noise', () => {
    fc.assert(
      fc.property(between(0.1, 10), between(0.01, 1), fc.integer(), (base, slope, seed) => {
        const line = new RunTimeLine();
        teach(line, 200, (size) => base + slope * size, 0.2, seed);
        for (const size of [1, 8, 64]) {
          const truth = base + slope * size;
          // Least squares weighs what is far off, so that noise of the largest runs moves the smallest.
          expect(Math.abs(line.at(size) - truth)).toBeLessThan(0.2 * truth + 0.08 * (base + slope * 64));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('follows a change of pace within tens of runs, in both directions', () => {
    for (const [before, after] of [
      [1, 5],
      [5, 1],
      [1, 50],
    ] as const) {
      const line = new RunTimeLine();
      teach(line, 100, (size) => before * (1 + 0.1 * size), 0.1, 1);
      teach(line, 30, (size) => after * (1 + 0.1 * size), 0.1, 2);
      expect(line.at(64) / (after * 7.4)).toBeGreaterThan(0.7);
      expect(line.at(64) / (after * 7.4)).toBeLessThan(1.4);
    }
  });

  it('is hardly moved by one run that took a thousand times as long', () => {
    const line = new RunTimeLine();
    teach(line, 100, (size) => 1 + 0.1 * size);
    const before = line.at(8);
    line.observe(8, 1000 * before, 100);
    expect(line.at(8)).toBeLessThan(1.2 * before);
  });

  it('keeps its proportion of base and slope while all runs have one size', () => {
    const line = new RunTimeLine();
    teach(line, 100, (size) => 1 + 0.1 * size);
    for (let i = 0; i < 200; i++) line.observe(1, 3.3, i);
    expect(line.at(1)).toBeCloseTo(3.3, 1);
    expect(line.at(64) / (3 + 0.3 * 64)).toBeGreaterThan(0.7);
    expect(line.at(64) / (3 + 0.3 * 64)).toBeLessThan(1.3);
  });
});
