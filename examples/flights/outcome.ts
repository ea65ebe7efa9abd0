import { DAY_MINUTES } from './calendar.ts';
import type { Flight } from './flights.ts';

/** A flight is late when it arrives this many minutes after its schedule: the definition of the US DOT. */
export const LATE_MINUTES = 15;
/** No flight takes longer. */
export const LONGEST_FLIGHT_MINUTES = DAY_MINUTES;

/** Taxiing and approach, and the pace between them: a rule of thumb for the block times of the schedule. */
const GROUND_MINUTES = 30;
const MILES_PER_MINUTE = 7.7;

/** The minute in which a flight arrives, and its delay is known. Derived: the data has no arrival time. */
export function arrivalMinute({ minute, distanceMiles }: Pick<Flight, 'minute' | 'distanceMiles'>): number {
  return minute + Math.ceil(GROUND_MINUTES + distanceMiles / MILES_PER_MINUTE);
}

export function isLate({ delayMinutes }: Pick<Flight, 'delayMinutes'>): boolean {
  return delayMinutes >= LATE_MINUTES;
}
