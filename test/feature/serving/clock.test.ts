import { expect, test } from 'vitest';
import { noon, number } from '../arrivals.ts';
import { startFeatures, valuesOf } from '../fixture.ts';
import { ord, report, travel } from '../travel.ts';

test('while the clock goes back, reads stay where they were', async () => {
  const { read, ingest, clock } = await startFeatures(travel);
  await ingest(report({ mean: number(1) }));
  const before = await read('means', [ord]);
  clock.now = noon - 3_600_000;
  expect(await read('means', [ord])).toEqual(before);
  clock.now = noon + 1;
  expect((await read('means', [ord])).asOf).toBe(noon + 1);
});

test('a clock that is a little behind is overtaken by ingest times, and one that is far behind stops ingest but not reads', async () => {
  const { read, ingest, clock } = await startFeatures(travel);
  const first = await ingest(report({ mean: number(1) }));
  expect(first.ingestTime).toBe(noon);
  await read('means', [ord]);
  clock.now = noon - 300_000;
  expect((await ingest(report({ mean: number(2) }))).ingestTime).toBe(noon + 1 / 1024);
  expect(valuesOf(await read('means', [ord]))).toEqual([2, 2n]);
  clock.now = noon - 300_001;
  await expect(ingest(report({ mean: number(3) }))).rejects.toMatchObject({ reason: 'CLOCK_BEHIND' });
  expect(valuesOf(await read('means', [ord]))).toEqual([2, 2n]);
  clock.now = noon;
  expect((await ingest(report({ mean: number(4) }))).ingestTime).toBe(noon + 2 / 1024);
});

test('commits of the same millisecond can be told apart by reads of the past', async () => {
  const { read, ingest } = await startFeatures(travel);
  const times: number[] = [];
  for (const mean of [1, 2, 3]) times.push((await ingest(report({ mean: number(mean) }))).ingestTime);
  const values = [];
  for (const known of [0, ...times, noon + 1]) values.push(valuesOf(await read('means', [ord], { known })));
  expect(values).toEqual([
    [Number.NaN, 0n],
    [1, 1n],
    [2, 2n],
    [3, 3n],
    [3, 3n],
  ]);
});
