import type { Counter, Metrics } from '../kit/telemetry/metrics.ts';
import { Status, type StatusCounts } from './serving/status.ts';

/** The instruments of reads. */
export interface FeatureMetrics {
  /** `set` is a declared one, or empty for features that were named one by one. */
  read(set: string, counts: StatusCounts): void;
  compared(outcome: 'same' | 'different' | 'failed'): void;
}

export function createFeatureMetrics(
  metrics: Metrics,
  sizes: { readonly storeBytes: () => number; readonly stateBytes: () => number },
): FeatureMetrics {
  const reads = metrics.counter('scoremesh_feature_reads_total', 'Reads of a feature set.', ['feature_set']);
  const values = metrics.counter(
    'scoremesh_feature_values_total',
    'Feature values that were read, by status.',
    ['feature_set', 'status'],
  );
  const comparisons = metrics.counter(
    'scoremesh_feature_self_checks_total',
    'Answers that were compared with what the stored events say. Different must stay 0.',
    ['outcome'],
  );
  metrics.gauge('scoremesh_feature_store_bytes', 'Size of the feature store.', [], () => [
    { labels: [], value: sizes.storeBytes() },
  ]);
  metrics.gauge('scoremesh_feature_state_bytes', 'About what the states of reads take in memory.', [], () => [
    { labels: [], value: sizes.stateBytes() },
  ]);
  const outcomes = {
    same: comparisons.labels('same'),
    different: comparisons.labels('different'),
    failed: comparisons.labels('failed'),
  };
  const bySet = new Map<string, { reads: Counter; statuses: { number: Status; counter: Counter }[] }>();
  const childrenOf = (set: string) => {
    let children = bySet.get(set);
    if (children === undefined) {
      children = {
        reads: reads.labels(set),
        statuses: Object.entries(Status).map(([status, number]) => ({
          number,
          counter: values.labels(set, status),
        })),
      };
      bySet.set(set, children);
    }
    return children;
  };
  return {
    compared: (outcome) => outcomes[outcome].add(),
    read: (set, counts) => {
      const children = childrenOf(set);
      children.reads.add();
      for (const { number, counter } of children.statuses) {
        const amount = counts[number];
        if (amount > 0) counter.add(amount);
      }
    },
  };
}
