import { expect, test } from 'vitest';
import { createViewProgram } from '../../../services/feature/engine/create-view-program.ts';
import { drive, hourMs, minuteMs, windowed, windowedView } from './driven-state.ts';
import { condition } from './sample-events.ts';

const noon = Date.UTC(2026, 0, 10, 12);

test('an event on the edge of a tile belongs to the later tile', () => {
  const window = drive(windowedView(windowed({})), noon);
  window.offer(noon - hourMs - 1);
  window.offer(noon - hourMs);
  expect(window.read().integers[0]).toBe(1n);
  window.advance(noon + 5 * minuteMs - 1);
  expect(window.read().integers[0]).toBe(1n);
  window.advance(noon + 5 * minuteMs);
  expect(window.read().found).toBe(false);
});

test('a window holds what happened at its very moment, and nothing later until its moment comes', () => {
  const window = drive(windowedView(windowed({})), noon);
  window.offer(noon);
  window.offer(noon + 1);
  expect(window.read().integers[0]).toBe(1n);
  window.advance(noon + 1);
  expect(window.read().integers[0]).toBe(2n);
});

test('a window spans its length, and up to a tile more', () => {
  const { reachStart } = createViewProgram(windowedView(windowed({})), condition);
  expect(reachStart(noon)).toBe(noon - hourMs);
  expect(reachStart(noon + 5 * minuteMs - 1)).toBe(noon - hourMs);
  expect(reachStart(noon + 5 * minuteMs)).toBe(noon - hourMs + 5 * minuteMs);
  expect(reachStart(-1)).toBe(-hourMs - 5 * minuteMs);
});

test('a late event counts from then on where windows still reach it', () => {
  const day = windowed({ windowMs: 24 * hourMs, tileMs: hourMs });
  const window = drive(windowedView(windowed({}), day), noon);
  window.offer(noon);
  window.offer(noon - 2 * hourMs);
  expect([...window.read().integers]).toEqual([1n, 2n]);
});

test('the longest window decides what is known, of equally long ones the one with the longest tiles', () => {
  const fine = windowed({});
  const coarse = windowed({ tileMs: hourMs });
  const at = noon + 59 * minuteMs;
  const longer = drive(windowedView(coarse, windowed({ windowMs: 70 * minuteMs })), at);
  const equal = drive(windowedView(fine, coarse), at);
  for (const window of [longer, equal]) window.offer(noon - 30 * minuteMs);
  expect(longer.read().found).toBe(false);
  expect(equal.read()).toMatchObject({ found: true, eventTimeMs: noon - 30 * minuteMs });
});

test('where a window has no events, counts and sums are 0 and the rest is null', () => {
  const of = (aggregate: 'count' | 'sum' | 'distinct' | 'mean' | 'min' | 'max' | 'last') =>
    windowed({ aggregate, field: 'whole' });
  const rate = windowed({ aggregate: 'rate', condition: 'flag' }, 'FP64');
  const day = windowed({ windowMs: 24 * hourMs, tileMs: hourMs });
  const all = windowedView(
    of('count'),
    of('sum'),
    of('distinct'),
    of('mean'),
    of('min'),
    of('max'),
    of('last'),
    rate,
    day,
  );
  const window = drive(all, noon);
  window.offer(noon - 2 * hourMs, { whole: 7n, flag: true });
  const { nulls, integers } = window.read();
  expect([...nulls]).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 0]);
  expect([integers[0], integers[1], integers[2], integers[8]]).toEqual([0n, 0n, 0n, 1n]);
});

test('a sum of integers beyond 64 bits is null until what is too much has left', () => {
  const window = drive(windowedView(windowed({ aggregate: 'sum', field: 'whole' })), noon);
  window.offer(noon - hourMs, { whole: 5n });
  window.offer(noon, { whole: 2n ** 63n - 1n });
  expect(window.read().nulls[0]).toBe(1);
  window.advance(noon + 5 * minuteMs);
  expect(window.read()).toMatchObject({
    nulls: Uint8Array.of(0),
    integers: BigInt64Array.of(2n ** 63n - 1n),
  });
});

test('a sum that no double can hold is null until what is too much has left', () => {
  const window = drive(windowedView(windowed({ aggregate: 'sum', field: 'wide' }, 'FP64')), noon);
  window.offer(noon - hourMs, { wide: Number.MAX_VALUE });
  window.offer(noon, { wide: Number.MAX_VALUE });
  window.offer(noon, { wide: 0.1 });
  expect(window.read().nulls[0]).toBe(1);
  window.advance(noon + 5 * minuteMs);
  window.offer(noon, { wide: -Number.MAX_VALUE });
  expect(window.read()).toMatchObject({ nulls: Uint8Array.of(0), numbers: Float64Array.of(0.1) });
});

test('a tile that is huge leaves whole, though the window never was', () => {
  const window = drive(windowedView(windowed({ aggregate: 'sum', field: 'wide' }, 'FP64')), noon);
  const big = 2 ** 999;
  for (let pair = 0; pair < 4; pair++) {
    window.offer(noon - hourMs, { wide: big });
    window.offer(noon, { wide: -big });
  }
  window.advance(noon + 5 * minuteMs);
  expect(window.read().numbers[0]).toBe(-4 * big);
});

test('what a state takes in memory stays small for a key with few events', () => {
  const rate = { aggregate: 'rate', condition: 'wide >= 1.0' } as const;
  const view = windowedView(
    windowed(rate, 'FP32'),
    windowed({ ...rate, windowMs: 6 * hourMs, tileMs: hourMs / 2 }, 'FP32'),
    windowed({ ...rate, windowMs: 14 * 24 * hourMs, tileMs: 6 * hourMs }, 'FP32'),
    windowed({ aggregate: 'mean', field: 'wide' }, 'FP32'),
    windowed({}),
  );
  const window = drive(view, noon);
  for (let event = 0; event < 30; event++) window.offer(noon - event * 11 * hourMs, { wide: event / 10 });
  expect(window.sizeBytes()).toBeLessThan(4096);
});
