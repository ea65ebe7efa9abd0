import { beforeAll, describe, expect, test } from 'vitest';
import { minuteOf, minuteOfDay, unixMsOf } from '../../../examples/flights/calendar.ts';
import { eventsOf, momentOf } from '../../../examples/flights/events.ts';
import { type Flight, readFlights } from '../../../examples/flights/flights.ts';
import { type FlightMinute, flightMinutes } from '../../../examples/flights/minutes.ts';
import { arrivalMinute } from '../../../examples/flights/outcome.ts';

const FROM = minuteOf('2001-01-03T11:30');
const TO = minuteOf('2001-01-03T13:00');

let flights: Flight[];
let minutes: FlightMinute[];

beforeAll(async () => {
  flights = [];
  for await (const batch of readFlights({ beforeMinute: TO })) flights = flights.concat(batch);
  minutes = [];
  for await (const minute of flightMinutes(FROM, TO)) minutes.push(minute);
}, 60_000);

describe('the minutes of flights', () => {
  test('come once and in order, those without a flight too', async () => {
    expect(minutes.map(({ minute }) => minute)).toEqual(
      Array.from({ length: TO - FROM }, (_, i) => FROM + i),
    );
    const night: FlightMinute[] = [];
    for await (const minute of flightMinutes(0, 300)) night.push(minute);
    expect(night).toHaveLength(300);
    expect(night.every(({ departures, arrivals }) => departures.length + arrivals.length === 0)).toBe(true);
  });

  test('hold every departure and every arrival once, also of flights that left before the first minute', () => {
    for (const { minute, departures, arrivals } of minutes) {
      expect(departures).toEqual(flights.filter((flight) => flight.minute === minute));
      expect(arrivals).toEqual(flights.filter((flight) => arrivalMinute(flight) === minute));
    }
    expect(minutes[0]!.arrivals.length).toBeGreaterThan(0);
  });

  test('an arrival comes at least half an hour after its departure', () => {
    expect(
      Math.min(...flights.map((flight) => arrivalMinute(flight) - flight.minute)),
    ).toBeGreaterThanOrEqual(30);
  });
});

describe('the events', () => {
  test('of a departure don’t tell its delay, those of an arrival do', () => {
    const [departure] = flights.slice(-1);
    const events = eventsOf({ minute: 0, departures: [departure!], arrivals: [departure!] });
    const { row, minute, origin, destination, delayMinutes } = departure!;
    expect(events).toEqual([
      {
        stream: 'departures',
        eventId: `d${row}`,
        eventTime: unixMsOf(minute),
        fields: { origin: { text: origin }, destination: { text: destination } },
      },
      {
        stream: 'arrivals',
        eventId: `a${row}`,
        eventTime: unixMsOf(arrivalMinute(departure!)),
        fields: {
          origin: { text: origin },
          destination: { text: destination },
          hour: { number: Math.floor(minuteOfDay(minute) / 60) },
          delay: { number: delayMinutes },
        },
      },
    ]);
  });

  test('of a minute happen after the moment of its departures, those of the minute before by then', () => {
    const at = FROM + 30;
    const times = (minute: number): number[] =>
      eventsOf(minutes.find((one) => one.minute === minute)!).map(({ eventTime }) => Number(eventTime));
    expect(times(at).length).toBeGreaterThan(10);
    expect(Math.min(...times(at))).toBeGreaterThan(momentOf(at));
    expect(Math.max(...times(at - 1))).toBeLessThanOrEqual(momentOf(at));
  });
});
