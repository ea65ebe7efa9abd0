import { createAgenda } from './agenda.ts';
import { type Flight, readFlights } from './flights.ts';
import { arrivalMinute, LONGEST_FLIGHT_MINUTES } from './outcome.ts';

/** What happens in one minute, each in the order of the departures. */
export interface FlightMinute {
  minute: number;
  departures: Flight[];
  arrivals: Flight[];
}

/**
 * Yields every minute from `fromMinute` to before `toMinute`, the empty ones too. Arrivals are also of flights that left before. Memory
 * holds one row group and the flights in the air; a million flights take about two seconds.
 */
export async function* flightMinutes(fromMinute: number, toMinute: number): AsyncGenerator<FlightMinute> {
  const inTheAir = createAgenda<Flight>(fromMinute);
  let minute = fromMinute;
  let departures: Flight[] = [];
  function* finish(before: number): Generator<FlightMinute> {
    for (; minute < before; minute++) {
      yield { minute, departures, arrivals: inTheAir.takeUntil(minute) };
      departures = [];
    }
  }

  for await (const flights of readFlights({
    fromMinute: fromMinute - LONGEST_FLIGHT_MINUTES,
    beforeMinute: toMinute,
  })) {
    for (const flight of flights) {
      yield* finish(flight.minute);
      if (flight.minute >= fromMinute) departures.push(flight);
      if (arrivalMinute(flight) >= fromMinute) inTheAir.add(arrivalMinute(flight), flight);
    }
  }
  yield* finish(toMinute);
}
