import type { GaugeSample, Metrics } from '../../kit/telemetry/metrics.ts';
import { failureCauses, type VersionStatistics } from './version-statistics.ts';

/** A version that answers, as its metrics need it. */
export interface CountedVersion {
  readonly model: string;
  readonly version: string;
  readonly statistics: VersionStatistics;
  /** Requests that wait for a run. */
  readonly queuedRequests: number;
}

type Read = (statistics: VersionStatistics) => number;

/** Name, help, value. Durations are in microseconds, as Triton has them. */
const counters: readonly (readonly [string, string, Read])[] = [
  ['nv_inference_request_success', 'Requests that were answered', ({ answered }) => answered],
  ['nv_inference_count', 'Rows of the requests that were answered', ({ rows }) => rows],
  ['nv_inference_exec_count', 'Runs of the model', ({ runs }) => runs],
  [
    'nv_inference_request_duration_us',
    'Time of the requests that were answered, in microseconds',
    ({ answeredMs }) => microseconds(answeredMs),
  ],
  [
    'nv_inference_queue_duration_us',
    'Time that answered requests waited for their run, in microseconds',
    ({ queueMs }) => microseconds(queueMs),
  ],
  [
    'nv_inference_compute_input_duration_us',
    'Time of putting the input of runs together, in microseconds, counted for each request of a run',
    ({ inputMs }) => microseconds(inputMs),
  ],
  [
    'nv_inference_compute_infer_duration_us',
    'Time of runs, in microseconds, counted for each request of a run',
    ({ inferMs }) => microseconds(inferMs),
  ],
  [
    'nv_inference_compute_output_duration_us',
    'Time of taking the output of runs apart, in microseconds, counted for each request of a run',
    ({ outputMs }) => microseconds(outputMs),
  ],
];

/**
 * Metrics under the names and with the labels that Triton's have
 * (https://github.com/triton-inference-server/server/blob/main/docs/user_guide/metrics.md), so that its dashboards work. They are read
 * from the statistics of the versions that answer when they are scraped, and cost a request nothing.
 */
export function exposeTritonMetrics(metrics: Metrics, versions: () => Iterable<CountedVersion>): void {
  const labels = ['model', 'version'];
  for (const [name, help, read] of counters)
    metrics.observedCounter(name, help, labels, () => samples(versions(), read));
  metrics.observedCounter(
    'nv_inference_request_failure',
    'Requests that failed: turned away or too late (REJECTED), given up by their caller (CANCELED), by the model (BACKEND), or else',
    [...labels, 'reason'],
    () =>
      Array.from(versions(), ({ model, version, statistics }) =>
        failureCauses.map((cause) => ({ labels: [model, version, cause], value: statistics.failed[cause] })),
      ).flat(),
  );
  metrics.gauge('nv_inference_pending_request_count', 'Requests that wait for a run', labels, () =>
    Array.from(versions(), ({ model, version, queuedRequests }) => ({
      labels: [model, version],
      value: queuedRequests,
    })),
  );
}

function samples(versions: Iterable<CountedVersion>, read: Read): GaugeSample[] {
  return Array.from(versions, ({ model, version, statistics }) => ({
    labels: [model, version],
    value: read(statistics),
  }));
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}
