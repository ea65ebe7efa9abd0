import { describe, expect, it } from 'vitest';
import { RunTimeModel } from '../../../services/inference/batching/run-time-model.ts';

const measured = [1, 8, 32, 128].map((rows) => ({ rows, ms: 1 + 0.1 * rows }));

describe('RunTimeModel', () => {
  it('knows from the start what was measured at load', () => {
    const model = new RunTimeModel(measured);
    expect(model.predict('', 64, 64)).toBeCloseTo(7.4, 0);
    expect(model.rowLimit('')).toBe(Number.POSITIVE_INFINITY);
  });

  it('says nothing of a model that it knows nothing of', () => {
    const model = new RunTimeModel([]);
    expect(model.predict('', 1000, 1000)).toBe(0);
    expect(model.predict(undefined, 1, 1000)).toBe(0);
  });

  it('learns each shape by itself, and goes by the bytes for one that is new', () => {
    const model = new RunTimeModel([]);
    for (let i = 0; i < 20; i++) {
      const rows = 1 + (i % 4);
      model.observe({ key: '10', rows, bytes: 10 * rows }, 0.1 * 10 * rows, i, true);
      model.observe({ key: '100', rows, bytes: 100 * rows }, 0.1 * 100 * rows, i, true);
    }
    expect(model.predict('10', 2, 20)).toBeCloseTo(2, 0);
    expect(model.predict('100', 2, 200)).toBeCloseTo(20, 0);
    expect(model.predict('50', 2, 100)).toBeGreaterThan(5);
    expect(model.predict('50', 2, 100)).toBeLessThan(20);
    expect(model.predictRuns(3, 100, { key: '10', rows: 1, bytes: 10 }, false)).toBeGreaterThan(5);
  });

  it('lets batches of a cold model grow by steps, and halves them when one missed a deadline', () => {
    const model = new RunTimeModel([]);
    const start = model.rowLimit('a');
    const observe = (kept: boolean): void =>
      model.observe({ key: 'a', rows: model.rowLimit('a'), bytes: 1 }, 1, 0, kept);
    observe(true);
    const grown = model.rowLimit('a');
    expect(grown).toBeGreaterThan(start);
    expect(grown).toBeLessThanOrEqual(2 * start);
    observe(false);
    expect(model.rowLimit('a')).toBe(grown / 2);
  });

  it('does not let a cold model grow by batches that were not full', () => {
    const model = new RunTimeModel([]);
    const start = model.rowLimit('a');
    model.observe({ key: 'a', rows: 1, bytes: 1 }, 1, 0, true);
    expect(model.rowLimit('a')).toBe(start);
  });

  it('trusts a prediction less and less while it refuses all runs, and again after one', () => {
    const model = new RunTimeModel(measured);
    expect(model.trust('', 10, 1000)).toBe(1);
    expect(model.trust('', 10, 1050)).toBe(1);
    const later = [1200, 1500, 2500].map((now) => model.trust('', 10, now));
    expect(later).toEqual([...later].sort((a, b) => b - a));
    expect(later.at(-1)).toBeLessThan(0.001);
    model.observe({ key: '', rows: 1, bytes: 1 }, 1, 2500, true);
    expect(model.trust('', 10, 2600)).toBe(1);
  });

  it('remembers a bounded number of shapes, the latest', () => {
    const model = new RunTimeModel([]);
    for (let key = 0; key < 500; key++)
      for (let run = 0; run < 5; run++)
        model.observe({ key: `${key}`, rows: 1, bytes: 1 }, key + 1, key * 10 + run, true);
    expect(model.predict('499', 1, 1)).toBeCloseTo(500, 0);
    expect(model.predict('1', 1, 1)).not.toBeCloseTo(2, 0);
  });
});
