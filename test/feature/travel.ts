import type { Event__Output } from '../../services/gen/scoremesh/feature/v1/Event.ts';
import { flag, integer, noon, number, text } from './arrivals.ts';

/** Reports about airports with one field of each type, and views, policies and expressions of every kind over them. */
export const travel = `
entities:
  airport: { keys: [airport] }
  route: { keys: [airport, hour] }
streams:
  reports:
    fields:
      airport: { type: text, required: true }
      hour: { type: int64 }
      rate: { type: float32 }
      mean: { type: float64 }
      seats: { type: int64 }
      open: { type: bool }
      city: { type: text }
views:
  airport:
    description: What is known of an airport.
    stream: reports
    entity: airport
    max_age: 24h
    latest: { rate: {}, mean: {}, seats: {}, open: {}, city: {} }
  recent:
    stream: reports
    entity: airport
    max_age: 2h
    windows:
      reports_6h: { aggregate: count, window: 6h, tile: 1h }
      seats_6h: { aggregate: sum, field: seats, window: 6h, tile: 1h }
      mean_6h: { aggregate: mean, field: mean, window: 6h, tile: 1h }
      city_6h: { aggregate: last, field: city, window: 6h, tile: 1h }
      open_6h: { aggregate: last, field: open, window: 6h, tile: 1h }
  route:
    stream: reports
    entity: route
    latest: { mean: {} }
  system:
    stream: reports
    windows:
      reports_1h: { aggregate: count, window: 1h, tile: 5m }
sets:
  everything:
    description: Every type.
    features: [airport.rate, route.mean, system.reports_1h, airport.mean, airport.seats, airport.open, airport.city]
  means:
    features: [airport.mean, system.reports_1h]
  wanted:
    features:
      - { feature: airport.mean, absent: fail, stale: serve }
      - { feature: recent.mean_6h, absent: 'null', stale: fail }
  filled:
    features:
      - { feature: airport.rate, absent: { default: 0.1 }, stale: serve }
      - { feature: airport.mean, absent: { default: -1 }, stale: { default: 7 } }
      - { feature: airport.seats, absent: { default: 9007199254740993 }, stale: serve }
      - { feature: airport.open, absent: { default: true }, stale: { default: true } }
      - { feature: airport.city, absent: { default: nowhere }, stale: serve }
      - { feature: recent.reports_6h, absent: { default: 0 }, stale: 'null' }
  derived:
    inputs:
      minute: { type: int64, description: Of the day. }
      factor: { type: float64, default: 2 }
      label: text
    keys: { hour: 'inputs.minute / 60' }
    transforms:
      scaled: { type: float32, expr: 'route.mean * inputs.factor' }
      tagged: { type: text, expr: 'inputs.label + "!"' }
      share: { type: int64, expr: '100 / inputs.minute' }
      twice: { type: float64, expr: 'double(scaled) * 2.0' }
    features:
      - route.mean
      - { feature: scaled, absent: { default: -5 } }
      - tagged
      - twice
  shares:
    inputs: { minute: { type: int64 } }
    transforms:
      share: { type: int64, expr: '100 / inputs.minute' }
    features: [airport.mean, { feature: share, absent: fail }]
`;

let reports = 0;

/** A report about ORD at noon unless told otherwise; no two are the same event. */
export function report(
  fields: Event__Output['fields'] = {},
  eventTime: number = noon,
  eventId = `report ${reports++}`,
): Event__Output {
  return { stream: 'reports', eventId, eventTime, fields: { airport: text('ORD'), ...fields } };
}

/** A value of every type, none of which another type holds exactly. */
export const full: Event__Output['fields'] = {
  hour: integer(7),
  rate: number(0.1),
  mean: number(0.1),
  seats: integer('9007199254740993'),
  open: flag(true),
  city: text('Chicago — Ö'),
};

export const ord = { entities: { airport: 'ORD', hour: '7' } };
