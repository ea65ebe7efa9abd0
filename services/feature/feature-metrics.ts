import type { Metrics } from '../kit/telemetry/metrics.ts';
import type { LatestStore } from './latest-store.ts';
import type { StatusCounts } from './reads/feature-read.ts';
import { Status } from './reads/reply.ts';

/** The instruments of the feature role, with the children of each view and set made beforehand. */
export interface FeatureMetrics {
  ingested(view: string, outcome: IngestOutcome, rows: number): void;
  read(set: string, counts: StatusCounts): void;
}

export type IngestOutcome = 'stored' | 'superseded' | 'refused' | 'failed';

export function createFeatureMetrics(
  metrics: Metrics,
  store: LatestStore,
  waitingBytes: () => number,
  sets: Iterable<string>,
): FeatureMetrics {
  const rows = metrics.counter(
    'scoremesh_feature_ingested_rows_total',
    'Feature rows that were sent, by what became of them.',
    ['view', 'outcome'],
  );
  const reads = metrics.counter('scoremesh_feature_reads_total', 'Reads of a feature set.', ['feature_set']);
  const values = metrics.counter(
    'scoremesh_feature_values_total',
    'Feature values that were read, by status.',
    ['feature_set', 'status'],
  );
  metrics.gauge('scoremesh_feature_store_bytes', 'Size of the feature store on disk.', [], () => [
    { labels: [], value: store.sizeBytes() },
  ]);
  metrics.gauge(
    'scoremesh_feature_ingest_queue_bytes',
    'Bytes of feature rows that wait for a commit.',
    [],
    () => [{ labels: [], value: waitingBytes() }],
  );

  const bySet = new Map(
    [...sets].map((set) => [
      set,
      {
        reads: reads.labels(set),
        statuses: Object.entries(Status).map(([status, number]) => ({
          number,
          counter: values.labels(set, status),
        })),
      },
    ]),
  );
  return {
    ingested: (view, outcome, amount) => {
      if (amount > 0) rows.labels(view, outcome).add(amount);
    },
    read: (set, counts) => {
      const children = bySet.get(set);
      if (children === undefined) return;
      children.reads.add();
      for (const { number, counter } of children.statuses) {
        const amount = counts[number];
        if (amount > 0) counter.add(amount);
      }
    },
  };
}
