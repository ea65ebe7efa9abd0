import type { Reason } from '../kit/errors/catalogue.ts';
import { durationBuckets, type Metrics } from '../kit/telemetry/metrics.ts';
import type { LogState } from './log/writer.ts';

/** What an append came to. */
export type AppendOutcome = 'appended' | 'repeated' | 'existing' | Reason;

/** What the gauges read. */
export interface AuditGauges {
  pendingRecords(): number;
  unindexedRecords(): number;
  records(): number;
  bytes(): number;
  state(): LogState;
  minimumIndex(): number;
}

export interface AuditMetrics {
  append(outcome: AppendOutcome): void;
  commit(records: number, seconds: number): void;
  torn(bytes: number): void;
  /** A record's sealed content can't be read, though nobody asked for its erasure. */
  lostContent(): void;
  /** Registers the gauges; again for another log in the same process. */
  watch(gauges: AuditGauges): void;
}

const commitSizeBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16_384];
const states: readonly LogState[] = ['writable', 'disk_full', 'failed', 'closed'];

export function createAuditMetrics(metrics: Metrics): AuditMetrics {
  const appends = metrics.counter(
    'scoremesh_audit_appends_total',
    'Appends by what they came to: appended, repeated (same record_id), existing (same idempotency key), or the reason of the error.',
    ['outcome'],
  );
  const appended = appends.labels('appended');
  const commitSeconds = metrics
    .histogram(
      'scoremesh_audit_commit_duration_seconds',
      'Write and sync of one commit.',
      [],
      durationBuckets,
    )
    .labels();
  const commitRecords = metrics
    .histogram(
      'scoremesh_audit_commit_records',
      'Records that one commit made durable.',
      [],
      commitSizeBuckets,
    )
    .labels();
  const tornBytes = metrics
    .counter('scoremesh_audit_torn_bytes_total', 'Bytes of torn commits that starts have cut.', [])
    .labels();
  const lost = metrics
    .counter(
      'scoremesh_audit_lost_content_total',
      'Reads of records whose sealed content can not be read though it was not erased. Must stay 0.',
      [],
    )
    .labels();
  const gauge = (name: string, help: string, read: () => number): void =>
    metrics.gauge(name, help, [], () => [{ labels: [], value: read() }]);
  return {
    append: (outcome) => (outcome === 'appended' ? appended : appends.labels(outcome)).add(),
    commit: (records, seconds) => {
      commitRecords.observe(records);
      commitSeconds.observe(seconds);
    },
    torn: (bytes) => tornBytes.add(bytes),
    lostContent: () => lost.add(),
    watch: (gauges) => {
      gauge('scoremesh_audit_pending_records', 'Records that wait for their commit.', gauges.pendingRecords);
      gauge(
        'scoremesh_audit_unindexed_records',
        'Records that the index lags behind.',
        gauges.unindexedRecords,
      );
      gauge('scoremesh_audit_log_records', 'Durable records in the log.', gauges.records);
      gauge('scoremesh_audit_log_bytes', 'Durable bytes in the log.', gauges.bytes);
      gauge(
        'scoremesh_audit_minimum_index',
        'First index from which on every entry is still there; those before it were pruned.',
        gauges.minimumIndex,
      );
      metrics.gauge('scoremesh_audit_log_state', '1 for the state that the log is in.', ['state'], () =>
        states.map((state) => ({ labels: [state], value: gauges.state() === state ? 1 : 0 })),
      );
    },
  };
}
