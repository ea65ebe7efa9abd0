import type { ScoreRequest } from '../../gateway/client/client.ts';
import type { Event } from '../../services/gen/scoremesh/feature/v1/Event.ts';

/** A request that the flights model takes. */
export function flight(over: Partial<ScoreRequest> = {}): ScoreRequest {
  return {
    model: 'flight_delay',
    entities: { origin: 'ORD', destination: 'DEN' },
    inputs: { minute_of_day: { number: 750 }, day_of_week: { number: 4 }, distance: { number: 888 } },
    ...over,
  };
}

/** The moment as of which `flightEvents` are what the features of `flight` are made of, Unix ms. */
export const flightMoment = Date.UTC(2001, 1, 1, 12, 30);

const minutesBefore = (minutes: number): number => flightMoment - minutes * 60_000;

function departure(eventId: string, eventTime: number, destination: string): Event {
  return {
    stream: 'departures',
    eventId,
    eventTime,
    fields: { origin: { text: 'ORD' }, destination: { text: destination } },
  };
}

function arrival(
  eventId: string,
  eventTime: number,
  [origin, destination]: [string, string],
  hour: number,
  delay: number,
): Event {
  return {
    stream: 'arrivals',
    eventId,
    eventTime,
    fields: {
      origin: { text: origin },
      destination: { text: destination },
      hour: { number: hour },
      delay: { number: delay },
    },
  };
}

/**
 * As of `flightMoment` they make of ORD half of the flights late, 15 minutes on average, and two departures in the last hour. In DEN one
 * flight came on time, hours ago, so that its features of the last hour are null; of the route nothing is found.
 */
export const flightEvents: Event[] = [
  departure('d1', minutesBefore(40), 'SFO'),
  departure('d2', minutesBefore(5), 'BOS'),
  arrival('a1', minutesBefore(20), ['ORD', 'SFO'], 8, 30),
  arrival('a2', minutesBefore(10), ['ORD', 'BOS'], 10, 0),
  arrival('a3', minutesBefore(180), ['LAX', 'DEN'], 7, -4),
];
