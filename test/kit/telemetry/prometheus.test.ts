import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import type { Metrics } from '../../../services/kit/telemetry/metrics.ts';
import { createMetrics } from '../../../services/kit/telemetry/prometheus.ts';
import { type ExposedFamily, parseExposition } from './exposition.ts';

let closers: Closers;
let errors: string[];
let metrics: Metrics;

function make(processMetrics = false): Metrics {
  return createMetrics(
    { processMetrics },
    { log: { ...silentLog, error: (message) => errors.push(message) } },
    closers,
  );
}
async function family(name: string): Promise<ExposedFamily | undefined> {
  return parseExposition(await metrics.expose()).find((one) => one.name === name);
}

beforeEach(() => {
  closers = createClosers(silentLog);
  errors = [];
  metrics = make();
});
afterEach(() => closers.close());

describe('a counter', () => {
  test('is exposed with help, type and a sample per combination of labels', async () => {
    const counter = metrics.counter('jobs_total', 'Jobs, by outcome.', ['outcome', 'model']);
    counter.labels('done', 'a').add();
    counter.labels('done', 'a').add(2.5);
    counter.labels('failed', 'a').add();
    expect(await family('jobs_total')).toEqual({
      name: 'jobs_total',
      help: 'Jobs, by outcome.',
      type: 'counter',
      samples: [
        { name: 'jobs_total', labels: { outcome: 'done', model: 'a' }, value: 3.5 },
        { name: 'jobs_total', labels: { outcome: 'failed', model: 'a' }, value: 1 },
      ],
    });
  });

  test('never goes down', async () => {
    const counter = metrics.counter('jobs_total', 'Jobs.', []).labels();
    for (const amount of [3, -1, Number.NaN, 0]) counter.add(amount);
    expect((await family('jobs_total'))?.samples[0]?.value).toBe(3);
  });

  test('keeps hostile label values apart and intact', async () => {
    const values = fc.uniqueArray(fc.tuple(fc.string(), fc.string()), {
      maxLength: 20,
      selector: (pair) => JSON.stringify(pair),
    });
    await fc.assert(
      fc.asyncProperty(values, async (pairs) => {
        metrics = make();
        const counter = metrics.counter('jobs_total', 'Back\\slash and\nline.', ['a', 'b']);
        for (const [i, [a, b]] of pairs.entries()) counter.labels(a, b).add(i + 1);
        const exposed = (await family('jobs_total'))?.samples ?? [];
        expect(exposed.map(({ labels, value }) => [labels.a, labels.b, value])).toEqual(
          pairs.map(([a, b], i) => [a, b, i + 1]),
        );
      }),
      { numRuns: 50 },
    );
  });

  test('tells 1000 combinations apart, and counts all others together', async () => {
    const counter = metrics.counter('jobs_total', 'Jobs.', ['model', 'code']);
    for (let i = 0; i < 3000; i++) counter.labels(`m${i}`, 'OK').add();
    counter.labels('m7', 'OK').add();
    const samples = (await family('jobs_total'))?.samples ?? [];
    expect(samples).toHaveLength(1001);
    expect(samples[7]?.value).toBe(2);
    expect(samples.at(-1)).toEqual({
      name: 'jobs_total',
      labels: { model: 'other', code: 'other' },
      value: 2000,
    });
  });
});

describe('a histogram', () => {
  test('counts each observation in every bucket whose bound it does not exceed', async () => {
    const bounds = [0.1, 0.5, 1];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.double({ min: -1, max: 2, noNaN: true }), fc.constantFrom(...bounds))),
        async (values) => {
          metrics = make();
          const child = metrics.histogram('lag_seconds', 'Lag.', ['role'], bounds).labels('a');
          for (const value of values) child.observe(value);
          const samples = (await family('lag_seconds'))?.samples ?? [];
          const upTo = (bound: number) => values.filter((value) => value <= bound).length;
          expect(samples.map(({ name, labels, value }) => [name, labels, value])).toEqual([
            ['lag_seconds_bucket', { role: 'a', le: '0.1' }, upTo(0.1)],
            ['lag_seconds_bucket', { role: 'a', le: '0.5' }, upTo(0.5)],
            ['lag_seconds_bucket', { role: 'a', le: '1' }, upTo(1)],
            ['lag_seconds_bucket', { role: 'a', le: '+Inf' }, values.length],
            ['lag_seconds_sum', { role: 'a' }, values.reduce((sum, value) => sum + value, 0)],
            ['lag_seconds_count', { role: 'a' }, values.length],
          ]);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('ignores what is not a number', async () => {
    const child = metrics.histogram('lag_seconds', 'Lag.', [], [1]).labels();
    child.observe(Number.NaN);
    child.observe(Number.POSITIVE_INFINITY);
    const samples = (await family('lag_seconds'))?.samples ?? [];
    expect(samples.map(({ value }) => value)).toEqual([0, 1, Number.POSITIVE_INFINITY, 1]);
  });
});

describe('a gauge', () => {
  test('is read when the metrics are scraped, by its last reader', async () => {
    let value = 1;
    metrics.gauge('queue', 'Length.', ['lane'], () => [{ labels: ['x'], value: -1 }]);
    metrics.gauge('queue', 'Length.', ['lane'], () => [{ labels: ['fast'], value }]);
    value = 7;
    expect((await family('queue'))?.samples).toEqual([{ name: 'queue', labels: { lane: 'fast' }, value: 7 }]);
  });

  test('that is a counter which something else counts is exposed as one', async () => {
    let value = 1;
    metrics.observedCounter('runs', 'Runs.', ['model'], () => [{ labels: ['m'], value }]);
    value = 7;
    expect(await family('runs')).toEqual({
      name: 'runs',
      help: 'Runs.',
      type: 'counter',
      samples: [{ name: 'runs', labels: { model: 'm' }, value: 7 }],
    });
    expect(() => metrics.gauge('runs', 'Runs.', ['model'], () => [])).toThrow('runs');
    expect((await family('runs'))?.samples[0]?.value).toBe(7);
  });

  test('that cannot be read does not spoil the others', async () => {
    metrics.gauge('broken', 'Broken.', [], () => {
      throw new Error('no');
    });
    metrics.counter('jobs_total', 'Jobs.', []).labels().add();
    expect((await family('broken'))?.samples).toEqual([]);
    expect((await family('jobs_total'))?.samples).toHaveLength(1);
    expect(errors.length).toBeGreaterThan(0);
  });
});

describe('registering', () => {
  test('an instrument again returns the first', async () => {
    metrics.counter('jobs_total', 'Jobs.', ['a']).labels('x').add();
    metrics.counter('jobs_total', 'Jobs.', ['a']).labels('x').add();
    expect((await family('jobs_total'))?.samples[0]?.value).toBe(2);
  });

  test('refuses a name with other labels or another type, bad names, and a wrong number of label values', () => {
    const counter = metrics.counter('jobs_total', 'Jobs.', ['a']);
    expect(() => metrics.counter('jobs_total', 'Jobs.', ['b'])).toThrow('jobs_total');
    expect(() => metrics.gauge('jobs_total', 'Jobs.', ['a'], () => [])).toThrow('jobs_total');
    expect(() => metrics.counter('jobs-total', 'Jobs.', [])).toThrow('jobs-total');
    expect(() => metrics.histogram('x', 'X.', ['le'], [1])).toThrow('le');
    expect(() => counter.labels('x', 'y')).toThrow('label');
  });
});

test('the process itself is exposed in valid text, with the lag of its event loop', async () => {
  metrics = make(true);
  await expect
    .poll(async () => (await family('scoremesh_event_loop_lag_seconds'))?.samples.at(-1)?.value, {
      timeout: 10_000,
    })
    .toBeGreaterThan(0);
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_heap_size_used_bytes',
  ]) {
    expect((await family(name))?.samples[0]?.value, name).toBeGreaterThan(0);
  }
});
