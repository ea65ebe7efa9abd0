import { durationBuckets, type Metrics } from '../../../kit/telemetry/metrics.ts';
import type { Lane } from '../job-names.ts';

/** What a worker counts. */
export interface JobMetrics {
  /** How a delivery ended: the state of its job in capitals, KNOWN where the job had its result already, UNNAMED for a message that names no job. */
  ended(lane: Lane, tenant: string, outcome: string): void;
  retried(lane: Lane, reason: string): void;
  deadLetter(lane: Lane): void;
  redelivered(lane: Lane): void;
  /** A job came more often than it may be tried. */
  exhausted(lane: Lane): void;
  begun(lane: Lane, queueWaitMs: number): void;
  /** The name of a tenant as a label: itself for the first fifty, then "other". */
  tenantLabel(tenant: string): string;
}

const maxTenants = 50;

export function createJobMetrics(metrics: Metrics): JobMetrics {
  const counter = (name: string, help: string, labels: readonly string[]) =>
    metrics.counter(`scoremesh_jobs_${name}_total`, help, labels);
  const ended = counter(
    'ended',
    'Jobs that this worker settled, by their state; KNOWN are those that had their result already, UNNAMED are messages that named no job.',
    ['lane', 'tenant', 'outcome'],
  );
  const retried = counter('retried', 'Jobs that were handed back to be tried again, by reason.', [
    'lane',
    'reason',
  ]);
  const dead = counter('dead_letters', 'Jobs that were put among the dead letters.', ['lane']);
  const redelivered = counter('redelivered', 'Deliveries of jobs that a worker may have had before.', [
    'lane',
  ]);
  const exhausted = counter(
    'exhausted',
    'Jobs that were delivered more often than they may be tried, because no worker lived to settle them.',
    ['lane'],
  );
  const wait = metrics.histogram(
    'scoremesh_jobs_queue_wait_seconds',
    'From the moment when JetStream took a job to the beginning of an attempt.',
    ['lane'],
    [...durationBuckets, 30, 60, 300, 1800, 3600],
  );
  const tenants = new Set<string>();
  const tenantLabel = (tenant: string): string => {
    if (tenants.has(tenant)) return tenant;
    if (tenants.size >= maxTenants) return 'other';
    tenants.add(tenant);
    return tenant;
  };
  return {
    ended: (lane, tenant, outcome) => ended.labels(lane, tenantLabel(tenant), outcome).add(),
    retried: (lane, reason) => retried.labels(lane, reason).add(),
    deadLetter: (lane) => dead.labels(lane).add(),
    redelivered: (lane) => redelivered.labels(lane).add(),
    exhausted: (lane) => exhausted.labels(lane).add(),
    begun: (lane, queueWaitMs) => wait.labels(lane).observe(Math.max(0, queueWaitMs) / 1000),
    tenantLabel,
  };
}
