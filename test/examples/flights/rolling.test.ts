import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FEATURE_COUNT, FEATURE_NAMES } from '../../../examples/flights/feature-set.ts';
import { createRolling, type Departure, outcomeMinute } from '../../../examples/flights/rolling.ts';

const HOUR = 60;
const FORTNIGHT = 14 * 24 * 60;

/** The features by their definition, from the whole list of flights, the future ones included. */
function recompute(flights: Departure[], origin: number, destination: number, now: number): number[] {
  const happened = (minute: number, window: number) => minute >= now - window && minute <= now - 1;
  const arrived = (window: number, picks: (flight: Departure) => boolean) =>
    flights.filter((flight) => happened(outcomeMinute(flight), window) && picks(flight));
  const lateRate = (some: Departure[]) =>
    some.filter((flight) => flight.delayMinutes >= 15).length / some.length;
  const meanDelay = (some: Departure[]) =>
    some.reduce((sum, flight) => sum + flight.delayMinutes, 0) / some.length;
  const airport = (picks: (flight: Departure) => boolean) => [
    lateRate(arrived(HOUR, picks)),
    lateRate(arrived(6 * HOUR, picks)),
    lateRate(arrived(FORTNIGHT, picks)),
    meanDelay(arrived(HOUR, picks)),
  ];
  const hourOfDay = (minute: number) => Math.floor((minute % 1440) / 60);
  const sameHour = arrived(
    FORTNIGHT,
    (flight) =>
      flight.origin === origin &&
      flight.destination === destination &&
      hourOfDay(flight.minute) === hourOfDay(now),
  );
  return [
    ...airport((flight) => flight.origin === origin),
    flights.filter((flight) => flight.origin === origin && happened(flight.minute, HOUR)).length,
    ...airport((flight) => flight.destination === destination),
    arrived(HOUR, (flight) => flight.destination === destination).length,
    lateRate(sameHour),
    sameHour.length,
    lateRate(arrived(HOUR, () => true)),
  ];
}

const gap = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 2, arbitrary: fc.constantFrom(59, 60, 61, 359, 360, 361, 1440) },
  { weight: 1, arbitrary: fc.constantFrom(FORTNIGHT - 1, FORTNIGHT, FORTNIGHT + 1) },
);
const flight = fc.record({
  gap,
  origin: fc.integer({ min: 0, max: 2 }),
  destination: fc.integer({ min: 0, max: 2 }),
  distanceMiles: fc.oneof(fc.constant(0), fc.integer({ min: 50, max: 2500 })),
  delayMinutes: fc.integer({ min: -20, max: 40 }),
});
const flights = fc.array(flight, { minLength: 1, maxLength: 60 }).map((list) => {
  let minute = 0;
  return list.map(({ gap: wait, ...rest }): Departure => {
    minute += wait;
    return { ...rest, minute };
  });
});

describe('rolling features', () => {
  test('every feature equals its definition recomputed from all flights', () => {
    fc.assert(
      fc.property(flights, (stream) => {
        const rolling = createRolling();
        const vector = new Float32Array(FEATURE_COUNT);
        for (const departure of stream) {
          rolling.advanceTo(departure.minute);
          for (const [origin, destination] of [
            [departure.origin, departure.destination],
            [0, 1],
          ] as const) {
            rolling.read(origin, destination, vector);
            const expected = Float32Array.from(recompute(stream, origin, destination, departure.minute));
            expect(Array.from(vector)).toEqual(Array.from(expected));
          }
          rolling.add(departure);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('a delay is known from the minute after the flight arrived, and not before', () => {
    const rolling = createRolling();
    const late = { minute: 600, origin: 0, destination: 1, distanceMiles: 77, delayMinutes: 90 };
    const arrival = outcomeMinute(late);
    expect(arrival).toBe(640);
    rolling.advanceTo(late.minute);
    rolling.add(late);
    const rateAt = (minute: number) => {
      const vector = new Float32Array(FEATURE_COUNT);
      rolling.advanceTo(minute);
      rolling.read(0, 1, vector);
      return vector[FEATURE_NAMES.indexOf('origin_delays.late_rate_1h')];
    };
    expect(rateAt(arrival)).toBeNaN();
    expect(rateAt(arrival + 1)).toBe(1);
    expect(rateAt(arrival + 60)).toBe(1);
    expect(rateAt(arrival + 61)).toBeNaN();
  });

  test('an airport without history has unknown rates and a count of zero', () => {
    const rolling = createRolling();
    rolling.advanceTo(600);
    const vector = new Float32Array(FEATURE_COUNT);
    rolling.read(7, 8, vector);
    const known = FEATURE_NAMES.filter((_, i) => !Number.isNaN(vector[i]));
    expect(known).toEqual([
      'origin_delays.departures_1h',
      'destination_delays.arrivals_1h',
      'route_delays.flights_14d',
    ]);
    expect(vector.filter((value) => !Number.isNaN(value))).toEqual(new Float32Array(3));
  });

  test('time that runs backwards is refused', () => {
    const rolling = createRolling();
    rolling.advanceTo(600);
    expect(() => rolling.advanceTo(599)).toThrow('minute 599 is before the current minute 600');
    const departure = { minute: 601, origin: 0, destination: 1, distanceMiles: 77, delayMinutes: 0 };
    expect(() => rolling.add(departure)).toThrow('a departure of minute 601 was added in minute 600');
  });
});
