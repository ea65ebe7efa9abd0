import { DAY_MINUTES, HOUR_MINUTES, minuteOfDay } from './calendar.ts';
import { FEATURE_COUNT, LATE_MINUTES } from './feature-set.ts';
import { createTally, type Tally } from './tally.ts';

/** A departure and what came of it. Airports are named by index, times are minutes of this example's calendar. */
export interface Departure {
  minute: number;
  origin: number;
  destination: number;
  distanceMiles: number;
  delayMinutes: number;
}

/**
 * Point-in-time features of flights, minute by minute.
 *
 * The rule of time: at minute t everything that happened in minute t - 1 or before is known, and nothing else. A window
 * of w minutes holds the events of minutes t - w to t - 1. A departure happens in its minute; the delay of a flight is
 * known in its outcome minute, never at departure. So no flight sees itself, nor any other flight of its minute.
 */
export interface Rolling {
  /** Moves to a minute that is not earlier than the current one. Costs as much as the events that enter or leave. */
  advanceTo(minute: number): void;
  /** Takes a departure of the current minute (and keeps the object): its delay counts once its outcome is known. */
  add(departure: Departure): void;
  /** Writes the features of a departure in the current minute in the order of FEATURE_NAMES; NaN is unknown. */
  read(origin: number, destination: number, out: Float32Array, at?: number): void;
}

/** Taxiing and approach, and the pace between them: a rule of thumb for the block times of the schedule. */
const GROUND_MINUTES = 30;
const MILES_PER_MINUTE = 7.7;

const SIX_HOURS = 6 * HOUR_MINUTES;
const FORTNIGHT = 14 * DAY_MINUTES;
/** Room for a route in one integer: origin, destination and hour of the day. */
const MAX_AIRPORTS = 1024;

/** The minute in which the delay of a flight is known. Derived: the data has no arrival time. */
export function outcomeMinute(departure: Pick<Departure, 'minute' | 'distanceMiles'>): number {
  return departure.minute + Math.ceil(GROUND_MINUTES + departure.distanceMiles / MILES_PER_MINUTE);
}

export function isLate(delayMinutes: number): boolean {
  return delayMinutes >= LATE_MINUTES;
}

export function createRolling(): Rolling {
  const hour = createAirportWindow();
  const sixHours = createAirportWindow();
  const fortnight = createAirportWindow();
  const route = createTally();
  const system = createTally();
  const departed = createTally();
  // Routes by hour are sparse; dense indexes keep the tally small.
  const routes = new Map<number, number>();
  // Events wait in the bucket of their minute until the longest window has let go of them.
  const outcomes = new Map<number, Departure[]>();
  const departures = new Map<number, Departure[]>();
  let now: number | undefined;

  function complete(minute: number): void {
    slide(outcomes, minute, HOUR_MINUTES, (outcome, sign) => {
      hour.change(outcome, sign);
      system.change(0, isLate(outcome.delayMinutes), outcome.delayMinutes, sign);
    });
    slide(outcomes, minute, SIX_HOURS, sixHours.change);
    slide(outcomes, minute, FORTNIGHT, (outcome, sign) => {
      fortnight.change(outcome, sign);
      const key = routeKey(outcome.origin, outcome.destination, outcome.minute);
      const index = routes.get(key) ?? routes.size;
      routes.set(key, index);
      route.change(index, isLate(outcome.delayMinutes), outcome.delayMinutes, sign);
    });
    slide(departures, minute, HOUR_MINUTES, ({ origin }, sign) => departed.change(origin, false, 0, sign));
    outcomes.delete(minute - FORTNIGHT);
    departures.delete(minute - HOUR_MINUTES);
  }

  return {
    advanceTo(minute) {
      if (now !== undefined && minute < now)
        throw new Error(`minute ${minute} is before the current minute ${now}`);
      for (let passed = now ?? minute; passed < minute; passed++) complete(passed);
      now = minute;
    },
    add(departure) {
      const { minute, origin, destination } = departure;
      if (minute !== now) throw new Error(`a departure of minute ${minute} was added in minute ${now}`);
      if (Math.max(origin, destination) >= MAX_AIRPORTS) {
        throw new Error(`airport index ${Math.max(origin, destination)} is not below ${MAX_AIRPORTS}`);
      }
      push(departures, minute, departure);
      push(outcomes, outcomeMinute(departure), departure);
    },
    read(origin, destination, out, at = 0) {
      const sameHour = routes.get(routeKey(origin, destination, now ?? 0)) ?? -1;
      const values = [
        hour.origin.lateRate(origin),
        sixHours.origin.lateRate(origin),
        fortnight.origin.lateRate(origin),
        hour.origin.meanDelayMinutes(origin),
        departed.count(origin),
        hour.destination.lateRate(destination),
        sixHours.destination.lateRate(destination),
        fortnight.destination.lateRate(destination),
        hour.destination.meanDelayMinutes(destination),
        hour.destination.count(destination),
        route.lateRate(sameHour),
        route.count(sameHour),
        system.lateRate(0),
      ];
      if (values.length !== FEATURE_COUNT) throw new Error(`${values.length} features, not ${FEATURE_COUNT}`);
      out.set(values, at);
    },
  };
}

interface AirportWindow {
  origin: Tally;
  destination: Tally;
  change(outcome: Departure, sign: 1 | -1): void;
}

function createAirportWindow(): AirportWindow {
  const [origin, destination] = [createTally(), createTally()];
  return {
    origin,
    destination,
    change(outcome, sign) {
      const late = isLate(outcome.delayMinutes);
      origin.change(outcome.origin, late, outcome.delayMinutes, sign);
      destination.change(outcome.destination, late, outcome.delayMinutes, sign);
    },
  };
}

/** The events of a minute enter a window of `minutes`, and those that are now too old leave it. */
function slide(
  buckets: Map<number, Departure[]>,
  minute: number,
  minutes: number,
  change: (event: Departure, sign: 1 | -1) => void,
): void {
  for (const event of buckets.get(minute) ?? []) change(event, 1);
  for (const event of buckets.get(minute - minutes) ?? []) change(event, -1);
}

function routeKey(origin: number, destination: number, minute: number): number {
  const hourOfDay = Math.floor(minuteOfDay(minute) / HOUR_MINUTES);
  return (hourOfDay * MAX_AIRPORTS + origin) * MAX_AIRPORTS + destination;
}

function push(buckets: Map<number, Departure[]>, minute: number, event: Departure): void {
  const bucket = buckets.get(minute);
  if (bucket) bucket.push(event);
  else buckets.set(minute, [event]);
}
