import { expect, test } from 'vitest';
import { nothingDeclared } from '../../../services/feature/declarations/declaration-text.ts';
import { declare, faultsOf, flights } from './flights.ts';

const many = (count: number, of: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => of(index)).join(', ');

test('declaring again replaces what is named, and what reads it follows', () => {
  const before = declare(flights);
  const after = declare(
    'views:\n  last_flight: { stream: arrivals, entity: route_hour, max_age: 1h, latest: { delay: {} } }',
    before,
  );
  expect(after.views.get('origin_delays')).toEqual(before.views.get('origin_delays'));
  expect(after.sets.get('flight_delay')?.views[1]).toBe(after.views.get('last_flight'));
  expect(after.sets.get('flight_delay')?.digest).not.toBe(before.sets.get('flight_delay')?.digest);
});

test('a new version that breaks what was declared before is refused', () => {
  const text = 'views: { last_flight: { stream: arrivals, latest: { carrier: {} } } }';
  expect(faultsOf(text, declare(flights))).toEqual({
    'declared before: sets.flight_delay.features[3]': expect.stringContaining(
      'no feature of view last_flight is called delay',
    ),
  });
});

test('a stream may get fields and other limits, but lose none and change no type', () => {
  const before = declare(flights);
  const wider = flights
    .replace('seats: {', 'gate: { type: text, required: true }\n      seats: {')
    .replace('max: 5000', 'max: 9000');
  const after = declare(wider, before);
  expect(after.streams.get('arrivals')?.digest).not.toBe(before.streams.get('arrivals')?.digest);
  expect(after.sets.get('flight_delay')?.digest).toBe(before.sets.get('flight_delay')?.digest);
  const changed = flights
    .replace('      distance: { type: float32, min: 0.1, invalid: null }\n', '')
    .replace('cancelled: { type: bool, default: false }', 'cancelled: { type: int64 }');
  expect(faultsOf(changed, before)).toEqual({
    'streams.arrivals': expect.stringMatching(
      /field distance is gone, field cancelled was bool and is int64.*declare a new stream/,
    ),
  });
});

test('at most twenty faults are spelled out', () => {
  const faults = faultsOf(`views: { ${many(50, (index) => `v${index}: 5`)} }`, nothingDeclared);
  expect(Object.keys(faults)).toHaveLength(20);
});
