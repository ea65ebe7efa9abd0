import type { Event } from '../../services/gen/scoremesh/feature/v1/Event.ts';
import { DAY_MINUTES, HOUR_MINUTES, minuteOfDay, unixMsOf } from './calendar.ts';
import type { Flight } from './flights.ts';
import type { FlightMinute } from './minutes.ts';
import { arrivalMinute } from './outcome.ts';

/** The set that both models read, of features/flights.yaml. */
export const FEATURE_SET = 'flight_delay';

/** As far back as a feature may reach: a window of 14 days and one tile of it. */
export const HISTORY_MINUTES = 14 * DAY_MINUTES + 6 * HOUR_MINUTES;

/**
 * The moment to which the features of a departure are read, Unix ms: just before its minute, so that neither itself nor any other event
 * of that minute counts. For training and serving alike.
 */
export function momentOf(minute: number): number {
  return unixMsOf(minute) - 1;
}

/** What happened in a minute, as the mesh is told. */
export function eventsOf({ departures, arrivals }: FlightMinute): Event[] {
  return [...departures.map(departureEvent), ...arrivals.map(arrivalEvent)];
}

function departureEvent({ row, minute, origin, destination }: Flight): Event {
  return {
    stream: 'departures',
    eventId: `d${row}`,
    eventTime: unixMsOf(minute),
    fields: { origin: { text: origin }, destination: { text: destination } },
  };
}

function arrivalEvent(flight: Flight): Event {
  const { row, minute, origin, destination, delayMinutes } = flight;
  return {
    stream: 'arrivals',
    eventId: `a${row}`,
    eventTime: unixMsOf(arrivalMinute(flight)),
    fields: {
      origin: { text: origin },
      destination: { text: destination },
      hour: { number: Math.floor(minuteOfDay(minute) / HOUR_MINUTES) },
      delay: { number: delayMinutes },
    },
  };
}
