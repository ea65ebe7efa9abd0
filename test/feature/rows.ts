import type { FeatureRow__Output } from '../../services/gen/scoremesh/feature/v1/FeatureRow.ts';
import type { Value__Output } from '../../services/gen/scoremesh/scoring/v1/Value.ts';
import type { Metrics } from '../../services/kit/telemetry/metrics.ts';

/** Unix ms at which the services of these tests believe to be. */
export const noon = Date.UTC(2001, 0, 1, 12);

export const number = (value: number): Value__Output => ({ number: value, kind: 'number' });
export const integer = (value: string): Value__Output => ({ integer: value, kind: 'integer' });
export const text = (value: string): Value__Output => ({ text: value, kind: 'text' });
export const flag = (value: boolean): Value__Output => ({ flag: value, kind: 'flag' });

/** A row of the view `airport` unless told otherwise, at noon. */
export function airportRow(
  airport: string,
  values: Record<string, Value__Output>,
  at = noon,
): FeatureRow__Output {
  return { view: 'airport', keys: { airport }, values, eventTime: timestamp(at) };
}

export function timestamp(ms: number): { seconds: string; nanos: number } {
  return {
    seconds: String(Math.floor(ms / 1000)),
    nanos: Math.round((ms - Math.floor(ms / 1000) * 1000) * 1e6),
  };
}

export interface CountingMetrics extends Metrics {
  /** The value of a counter or gauge, e.g. of 'name{label,label}'. */
  value(name: string): number;
}

export function countingMetrics(): CountingMetrics {
  const counts = new Map<string, number>();
  const gauges = new Map<string, () => readonly { value: number }[]>();
  return {
    counter: (name) => ({
      labels: (...labels) => ({
        add: (amount = 1) => {
          const key = `${name}{${labels.join(',')}}`;
          counts.set(key, (counts.get(key) ?? 0) + amount);
        },
      }),
    }),
    histogram: () => ({ labels: () => ({ observe: () => {} }) }),
    gauge: (name, _help, _labels, read) => void gauges.set(name, read),
    observedCounter: (name, _help, _labels, read) => void gauges.set(name, read),
    expose: async () => '',
    value: (name) => counts.get(name) ?? gauges.get(name)?.()[0]?.value ?? 0,
  };
}
