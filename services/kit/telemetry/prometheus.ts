import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { Closers } from '../lifecycle/closers.ts';
import type { Log } from '../log/log.ts';
import { watchEventLoop } from './event-loop.ts';
import { LabelTree } from './label-tree.ts';
import { CounterChild, HistogramChild } from './metric-children.ts';
import type { GaugeSample, Labelled, Metrics } from './metrics.ts';

export interface MetricsConfig {
  /** Whether to expose this process's CPU, memory, handles, garbage collection and event-loop lag too. */
  readonly processMetrics: boolean;
}

/** One line of the exposition. */
interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labelNames: readonly string[];
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Metrics of one process: counted in plain numbers, written out by prom-client. Asking again for an instrument of the same name and
 * labels returns the first; with other labels it throws.
 */
export function createMetrics(config: MetricsConfig, deps: { readonly log: Log }, closers: Closers): Metrics {
  const registry = new Registry();
  const made = new Map<string, { readonly family: Family; readonly instrument: unknown }>();
  const readers = new Map<string, () => readonly GaugeSample[]>();

  const register = (family: Family, read: () => Sample[]): void => {
    // Of a metric, the registry uses only its name and what get() resolves with.
    const metric = { name: family.name, get: async () => ({ ...family, values: read() }) };
    registry.registerMetric(metric as unknown as Metric);
  };

  const once = <T>(family: Family, make: () => T): T => {
    const known = made.get(family.name);
    if (known === undefined) {
      checkNames(family);
      const instrument = make();
      made.set(family.name, { family, instrument });
      return instrument;
    }
    if (known.family.type !== family.type || known.family.labelNames.join() !== family.labelNames.join()) {
      throw new Error(`metric ${family.name} exists already with another type or other labels`);
    }
    return known.instrument as T;
  };

  const registerReader =
    (type: 'counter' | 'gauge'): Metrics['gauge'] =>
    (name, help, labelNames, read) => {
      const family: Family = { name, help, type, labelNames };
      once(family, () => {
        register(family, () => {
          try {
            return (readers.get(name)?.() ?? []).map((sample) => readSample(labelNames, sample));
          } catch (error) {
            deps.log.error(`a ${type} could not be read`, { metric: name, error });
            return [];
          }
        });
      });
      readers.set(name, read);
    };

  const metrics: Metrics = {
    counter: (name, help, labelNames) =>
      once({ name, help, type: 'counter', labelNames }, () => {
        const tree = new LabelTree(labelNames, () => new CounterChild());
        register({ name, help, type: 'counter', labelNames }, () =>
          tree.children.map(({ labels, child }) => ({ labels, value: child.value })),
        );
        return labelled(tree);
      }),

    histogram: (name, help, labelNames, buckets) =>
      once({ name, help, type: 'histogram', labelNames }, () => {
        const bounds = Float64Array.from(buckets).sort();
        const tree = new LabelTree(labelNames, () => new HistogramChild(bounds));
        register({ name, help, type: 'histogram', labelNames }, () =>
          tree.children.flatMap(({ labels, child }) => histogramSamples(name, labels, bounds, child)),
        );
        return labelled(tree);
      }),

    gauge: registerReader('gauge'),
    observedCounter: registerReader('counter'),

    expose: () => registry.metrics(),
  };

  if (config.processMetrics) {
    collectDefaultMetrics({ register: registry });
    watchEventLoop(metrics, closers);
  }
  return metrics;
}

function labelled<T>(tree: LabelTree<T>): Labelled<T> {
  return { labels: (...values) => tree.find(values) };
}

function readSample(names: readonly string[], { labels, value }: GaugeSample): Sample {
  return { labels: Object.fromEntries(names.map((name, i) => [name, labels[i] ?? ''])), value };
}

function histogramSamples(
  name: string,
  labels: Readonly<Record<string, string>>,
  bounds: Float64Array,
  child: HistogramChild,
): Sample[] {
  const { cumulative, sum } = child.read();
  const buckets = cumulative.map((value, i) => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le: i < bounds.length ? String(bounds[i]) : '+Inf' },
    value,
  }));
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: cumulative.at(-1) ?? 0 },
  ];
}

function checkNames({ name, labelNames }: Family): void {
  if (!metricName.test(name)) throw new Error(`${name} is not a metric name`);
  for (const label of labelNames) {
    if (!labelName.test(label) || label === 'le')
      throw new Error(`${label} is not a label name (metric ${name})`);
  }
}
