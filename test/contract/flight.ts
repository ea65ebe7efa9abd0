import type { ScoreRequest } from '../../gateway/client/client.ts';

/** A request that the flights model takes. */
export function flight(over: Partial<ScoreRequest> = {}): ScoreRequest {
  return {
    model: 'flight_delay',
    entities: { origin: 'ORD', destination: 'DEN' },
    inputs: { minute_of_day: { number: 750 }, day_of_week: { number: 4 }, distance: { number: 888 } },
    ...over,
  };
}

const delays = (late: number) => ({
  late_rate_1h: { number: late },
  late_rate_6h: { number: 0.25 },
  late_rate_14d: { number: 0.2 },
  mean_delay_1h: { number: 4.5 },
});

/** Rows for every feature that `flight` reads; one value of the destination is null. */
export const flightRows = [
  {
    view: 'origin_delays',
    keys: { origin: 'ORD' },
    values: { ...delays(0.5), departures_1h: { number: 60 } },
  },
  {
    view: 'destination_delays',
    keys: { destination: 'DEN' },
    values: { ...delays(0.125), mean_delay_1h: {}, arrivals_1h: { number: 20 } },
  },
  { view: 'system_delays', keys: {}, values: { late_rate_1h: { number: 0.3 } } },
];
