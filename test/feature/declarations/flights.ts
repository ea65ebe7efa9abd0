import {
  nothingDeclared,
  parseDeclarations,
} from '../../../services/feature/declarations/declaration-text.ts';
import type { Declarations } from '../../../services/feature/declarations/declarations.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';

/** One of everything that can be declared. */
export const flights = `
entities:
  origin: { keys: [origin], description: Airport of departure }
  route_hour: { keys: [origin, destination, hour] }
streams:
  arrivals:
    description: Flights that arrived.
    retention: 400d
    max_lead: 5m
    fields:
      origin: { type: text, required: true }
      destination: { type: text, required: true }
      hour: { type: int64, min: 0, max: 23 }
      delay: { type: float64, min: -90, max: 5000, invalid: quarantine }
      carrier: { type: text, one_of: [AA, UA, DL], default: AA, description: Who flew. }
      distance: { type: float32, min: 0.1, invalid: null }
      cancelled: { type: bool, default: false }
      seats: { type: int64, default: 9007199254740993 }
views:
  origin_delays:
    description: How late flights left.
    stream: arrivals
    entity: origin
    keys: { origin: origin }
    where: 'delay < 1000.0'
    max_age: 24h
    windows:
      late_rate_1h: { aggregate: rate, condition: 'delay >= 15.0', window: 1h, tile: 5m, type: float32, description: Late. }
      mean_delay_1h: { aggregate: mean, field: delay, window: 1h, tile: 5m, type: float32 }
      arrivals_1h: { aggregate: count, window: 1h, where: 'carrier == "AA"' }
      seats_7d: { aggregate: sum, field: seats, window: 7d }
      carriers_1d: { aggregate: distinct, field: carrier, window: 1d }
      last_carrier_1d: { aggregate: last, field: carrier, window: 1d }
  last_flight:
    stream: arrivals
    entity: route_hour
    latest:
      delay: {}
      last_carrier: { field: carrier }
  everywhere:
    stream: arrivals
    windows:
      arrivals_1d: { aggregate: count, window: 1d }
sets:
  flight_delay:
    description: What the model reads.
    inputs:
      minute_of_day: { type: float64, default: 0 }
      departure: text
    keys: { hour: 'int(inputs.minute_of_day) / 60' }
    transforms:
      double_sin: { type: float64, expr: 'hour_sin * 2' }
      hour_sin: { type: float32, expr: 'sin(inputs.minute_of_day * 2.0 * 3.141592653589793 / 1440.0)' }
      delay_ratio: { type: float32, expr: 'origin_delays.mean_delay_1h / (1.0 + origin_delays.arrivals_1h)' }
    features:
      - origin_delays.late_rate_1h
      - { feature: origin_delays.mean_delay_1h, absent: fail, stale: serve }
      - { feature: origin_delays.arrivals_1h, absent: { default: 9007199254740993 }, stale: 'null' }
      - last_flight.delay
      - hour_sin
      - double_sin
`;

export function declare(yaml: string, known: Declarations = nothingDeclared): Declarations {
  return parseDeclarations(yaml, known);
}

/** What is said of the text, by field; fails if nothing is. */
export function faultsOf(yaml: string, known?: Declarations): Record<string, string> {
  try {
    declare(yaml, known);
  } catch (error) {
    if (!(error instanceof MeshError) || error.reason !== 'FEATURE_DECLARATION_INVALID') throw error;
    const faults = error.details.violations ?? [];
    return Object.fromEntries(faults.map(({ field, description }) => [field, description]));
  }
  throw new Error('declared without a fault');
}
