import type { Counter, Histogram, Metrics } from '../kit/telemetry/metrics.ts';
import { durationBuckets } from '../kit/telemetry/metrics.ts';

/** Metrics of one model version. */
export interface VersionInstruments {
  /** Counts one request by its outcome: "OK" or the reason it failed for. */
  countRequest(outcome: string): void;
  readonly batchRows: Histogram;
  readonly runSeconds: Histogram;
  readonly queueSeconds: Histogram;
}

/** Metrics of the inference role. */
export interface Instruments {
  version(model: string, version: string): VersionInstruments;
  /** Counts a request that no model version got. */
  countUnresolved(reason: string): void;
}

export interface Readers {
  readonly queueRows: () => Iterable<{ model: string; version: string; rows: number }>;
  readonly modelStates: () => Iterable<{ state: string; count: number }>;
}

const rowBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
// A small model runs in microseconds, which buckets for calls can't tell apart.
const runBuckets = [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, ...durationBuckets];

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
  metrics.gauge('scoremesh_inference_queue_rows', 'Rows that wait for a run', versionLabels, () =>
    Array.from(readers.queueRows(), ({ model, version, rows }) => ({
      labels: [model, version],
      value: rows,
    })),
  );
  metrics.gauge('scoremesh_inference_models', 'Model versions by state', ['state'], () =>
    Array.from(readers.modelStates(), ({ state, count }) => ({ labels: [state], value: count })),
  );

  return {
    version: (model, version) => {
      const outcomes = new Map<string, Counter>();
      const outcomeCounter = (outcome: string): Counter => {
        const counter = requests.labels(model, version, outcome);
        outcomes.set(outcome, counter);
        return counter;
      };
      return {
        countRequest: (outcome) => (outcomes.get(outcome) ?? outcomeCounter(outcome)).add(),
        batchRows: batchRows.labels(model, version),
        runSeconds: runSeconds.labels(model, version),
        queueSeconds: queueSeconds.labels(model, version),
      };
    },
    countUnresolved: (reason) => requests.labels('', '', reason).add(),
  };
}
