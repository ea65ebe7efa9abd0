/** A number that only grows. */
export interface Counter {
  add(amount?: number): void;
}

/** A distribution in fixed buckets. */
export interface Histogram {
  observe(value: number): void;
}

/**
 * The process's metrics. Instruments are made once and their children (one per combination of label values) are kept by the
 * caller on the hot path: `labels(...)` costs a look-up, `add` and `observe` a few nanoseconds. The number of combinations of
 * one instrument is bounded (1000; beyond it all share the child "other").
 */
export interface Metrics {
  counter(name: string, help: string, labelNames: readonly string[]): Labelled<Counter>;
  histogram(
    name: string,
    help: string,
    labelNames: readonly string[],
    buckets: readonly number[],
  ): Labelled<Histogram>;
  /** A value that is read when the metrics are scraped. Registering a name again replaces its reader. */
  gauge(name: string, help: string, labelNames: readonly string[], read: () => readonly GaugeSample[]): void;
  /** As gauge, for numbers that only grow and that something else counts already. */
  observedCounter(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => readonly GaugeSample[],
  ): void;
  /** Prometheus text exposition format 0.0.4. */
  expose(): Promise<string>;
}

/** A number that was read, with the values of its labels. */
export interface GaugeSample {
  readonly labels: readonly string[];
  readonly value: number;
}

export interface Labelled<T> {
  /** The child for these label values, in the order of the names. */
  labels(...values: string[]): T;
}

/** Bucket bounds in seconds that the OpenTelemetry conventions recommend for durations of calls. */
export const durationBuckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
] as const;
