import type { InferBatchStatistics__Output as InferBatchStatistics } from '../../gen/inference/InferBatchStatistics.ts';
import type { ModelStatistics__Output as ModelStatistics } from '../../gen/inference/ModelStatistics.ts';
import type { StatisticDuration__Output as StatisticDuration } from '../../gen/inference/StatisticDuration.ts';
import type { ReadyVersion } from './model-finder.ts';
import type { BatchSums, VersionStatistics } from './version-statistics.ts';

/**
 * A version's statistics as Triton means them
 * (https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_statistics.md): a request that failed counts in
 * `fail` only, each answered one with the whole time of its run; `batch_stats` count runs.
 */
export function modelStatistics({ model, version, served }: ReadyVersion): ModelStatistics {
  const { statistics } = served.instruments;
  return {
    name: model.name,
    version: String(version),
    lastInference: String(statistics.lastRunAt),
    inferenceCount: String(statistics.rows),
    executionCount: String(statistics.runs),
    inferenceStats: inferenceStats(statistics),
    batchStats: Array.from(statistics.batches).sort(bySize).map(batchStats),
    memoryUsage: [{ type: 'CPU', id: '0', byteSize: model.sizeBytes }],
    responseStats: {},
  };
}

function inferenceStats(statistics: VersionStatistics): ModelStatistics['inferenceStats'] {
  const { answered } = statistics;
  return {
    success: duration(answered, statistics.answeredMs),
    fail: duration(statistics.failures, statistics.failedMs),
    queue: duration(answered, statistics.queueMs),
    computeInput: duration(answered, statistics.inputMs),
    computeInfer: duration(answered, statistics.inferMs),
    computeOutput: duration(answered, statistics.outputMs),
    cacheHit: duration(0, 0),
    cacheMiss: duration(0, 0),
  };
}

function batchStats([rows, sums]: readonly [number, BatchSums]): InferBatchStatistics {
  return {
    batchSize: String(rows),
    computeInput: duration(sums.runs, sums.inputMs),
    computeInfer: duration(sums.runs, sums.inferMs),
    computeOutput: duration(sums.runs, sums.outputMs),
  };
}

function bySize([a]: readonly [number, BatchSums], [b]: readonly [number, BatchSums]): number {
  return a - b;
}

function duration(count: number, ms: number): StatisticDuration {
  return { count: String(count), ns: String(Math.round(ms * 1e6)) };
}
