import type { Metrics } from '../../services/kit/telemetry/metrics.ts';

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
