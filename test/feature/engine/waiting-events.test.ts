import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WaitingEvents } from '../../../services/feature/engine/waiting-events.ts';
import { newCursor, rowBytes } from './sample-events.ts';

const row = newCursor();

function add(waiting: WaitingEvents, timeMs: number, ingestMs: number): void {
  const bytes = rowBytes({ timeMs, layout: 'new', values: { whole: BigInt(ingestMs) } });
  row.set(bytes, 0);
  waiting.add(row, ingestMs);
  // It has a copy of its own.
  bytes.fill(0xff, 16);
}

function taken(waiting: WaitingEvents, untilMs: number): [number, number][] {
  const events: [number, number][] = [];
  waiting.takeUntil(untilMs, (event, ingestMs) => {
    expect(event.integer('whole')).toBe(BigInt(ingestMs));
    events.push([event.eventTimeMs, ingestMs]);
  });
  return events;
}

test('events are handed over when they happen, in the order of time and of equal times as they came', () => {
  const times = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(fc.tuple(times, fc.integer({ min: 0, max: 4 })), { maxLength: 6 }), (rounds) => {
      const waiting = new WaitingEvents();
      const empty = waiting.sizeBytes;
      let left: [number, number][] = [];
      let untilMs = -1;
      let ingestMs = 0;
      for (const [added, byMs] of rounds) {
        for (const offset of added) {
          const timeMs = untilMs + 1 + offset;
          left.push([timeMs, ++ingestMs]);
          add(waiting, timeMs, ingestMs);
        }
        left.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(waiting.nextMs).toBe(left[0]?.[0] ?? Number.POSITIVE_INFINITY);
        untilMs += byMs;
        expect(taken(waiting, untilMs)).toEqual(left.filter(([timeMs]) => timeMs <= untilMs));
        left = left.filter(([timeMs]) => timeMs > untilMs);
        expect(waiting.size).toBe(left.length);
      }
      taken(waiting, 1e9);
      expect(waiting.size).toBe(0);
      if (ingestMs > 0) expect(waiting.sizeBytes).toBe(empty);
    }),
    { numRuns: 300 },
  );
});

test('what waits counts as memory', () => {
  const waiting = new WaitingEvents();
  const empty = waiting.sizeBytes;
  for (let event = 0; event < 10; event++) add(waiting, event, event);
  expect(waiting.sizeBytes).toBeGreaterThan(empty + 10 * 50);
});

test('hundreds of thousands that came in any order are handed over in the order of time, soon', () => {
  const waiting = new WaitingEvents();
  const bytes = rowBytes({ timeMs: 0, layout: 'new', values: { whole: 0n } });
  const count = 200_000;
  for (let event = 0; event < count; event++) {
    // Every time once, in an order that looks random.
    bytes.writeDoubleLE((event * 77_777) % count, 8);
    row.set(bytes, 0);
    waiting.add(row, event);
  }
  let last = -1;
  let order = 0;
  waiting.takeUntil(count, ({ eventTimeMs }) => {
    if (eventTimeMs === last + 1) order += 1;
    last = eventTimeMs;
  });
  expect(order).toBe(count);
});
