import type { Reason } from '../kit/errors/catalogue.ts';
import type { Counter, Metrics } from '../kit/telemetry/metrics.ts';
import { durationBuckets } from '../kit/telemetry/metrics.ts';
import type { BatcherInstruments } from './batching/batcher-instruments.ts';
import { type CountedVersion, exposeTritonMetrics } from './protocol/triton-metrics.ts';
import { VersionStatistics } from './protocol/version-statistics.ts';

/** Metrics of one model version, from its load on. */
export interface VersionInstruments extends BatcherInstruments {
  readonly statistics: VersionStatistics;
  /** Counts a request that did not get as far as the batcher. */
  refused(reason: Reason): void;
}

/** Metrics of the inference role. */
export interface Instruments {
  version(model: string, version: string): VersionInstruments;
  /** Counts a request that no model version got. */
  countUnresolved(reason: string): void;
}

export interface Readers {
  /** The versions that answer. */
  readonly versions: () => Iterable<CountedVersion & { readonly queuedRows: number }>;
  readonly modelStates: () => Iterable<{ state: string; count: number }>;
}

const rowBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
// A small model runs in microseconds, which buckets for calls can't tell apart.
const runBuckets = [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, ...durationBuckets];

/** Of a version that answers nobody but replays. */
export function uncounted(): VersionInstruments {
  const nothing = (): void => {};
  return {
    statistics: new VersionStatistics(),
    ran: nothing,
    queued: nothing,
    settled: nothing,
    refused: nothing,
  };
}

export function createInstruments(metrics: Metrics, readers: Readers): Instruments {
  const versionLabels = ['model', 'version'];
  const requests = metrics.counter(
    'scoremesh_inference_requests_total',
    'Requests to models, by outcome (OK or the reason of the error)',
    [...versionLabels, 'outcome'],
  );
  const batchRows = metrics.histogram(
    'scoremesh_inference_batch_rows',
    'Rows of each run',
    versionLabels,
    rowBuckets,
  );
  const runSeconds = metrics.histogram(
    'scoremesh_inference_run_seconds',
    'Time in ONNX Runtime of each run',
    versionLabels,
    runBuckets,
  );
  const queueSeconds = metrics.histogram(
    'scoremesh_inference_queue_seconds',
    'Time that a request waited for its run',
    versionLabels,
    runBuckets,
  );
  const requestSeconds = metrics.histogram(
    'scoremesh_inference_request_seconds',
    'Time from the arrival of a request at its model to the answer, of those that were answered',
    versionLabels,
    runBuckets,
  );
  metrics.gauge('scoremesh_inference_queue_rows', 'Rows that wait for a run', versionLabels, () =>
    Array.from(readers.versions(), ({ model, version, queuedRows }) => ({
      labels: [model, version],
      value: queuedRows,
    })),
  );
  metrics.gauge('scoremesh_inference_models', 'Model versions by state', ['state'], () =>
    Array.from(readers.modelStates(), ({ state, count }) => ({ labels: [state], value: count })),
  );
  exposeTritonMetrics(metrics, readers.versions);

  return {
    version: (model, version) => {
      const statistics = new VersionStatistics();
      const outcomes = new Map<string, Counter>();
      const outcomeCounter = (outcome: string): Counter => {
        const counter = requests.labels(model, version, outcome);
        outcomes.set(outcome, counter);
        return counter;
      };
      const count = (outcome: string): void => (outcomes.get(outcome) ?? outcomeCounter(outcome)).add();
      const ownRows = batchRows.labels(model, version);
      const ownRuns = runSeconds.labels(model, version);
      const ownQueue = queueSeconds.labels(model, version);
      const ownRequests = requestSeconds.labels(model, version);
      return {
        statistics,
        ran: ({ rows, inputMs, inferMs, outputMs, failed }) => {
          ownRows.observe(rows);
          ownRuns.observe(inferMs / 1000);
          if (!failed) statistics.countRun(rows, inputMs, inferMs, outputMs);
        },
        queued: (ms) => ownQueue.observe(ms / 1000),
        settled: (outcome, times, rows) => {
          count(outcome);
          if (outcome === 'OK') {
            ownRequests.observe(times.totalMs / 1000);
            statistics.countAnswer(times, rows);
          } else statistics.countFailure(outcome, times.totalMs);
        },
        refused: (reason) => {
          count(reason);
          statistics.countFailure(reason, 0);
        },
      };
    },
    countUnresolved: (reason) => requests.labels('', '', reason).add(),
  };
}
