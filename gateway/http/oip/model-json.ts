import type { InferStatistics__Output as InferStatistics } from '../../../services/gen/inference/InferStatistics.ts';
import type { ModelMetadataResponse__Output as ModelMetadata } from '../../../services/gen/inference/ModelMetadataResponse.ts';
import type { ModelStatistics__Output as ModelStatistics } from '../../../services/gen/inference/ModelStatistics.ts';
import type { ModelStatisticsResponse__Output as Statistics } from '../../../services/gen/inference/ModelStatisticsResponse.ts';
import type { RepositoryIndexResponse__Output as RepositoryIndex } from '../../../services/gen/inference/RepositoryIndexResponse.ts';
import type { StatisticDuration__Output as Duration } from '../../../services/gen/inference/StatisticDuration.ts';

/** A model's metadata in the protocol's JSON; `properties` is Open Inference's, which Triton leaves out. */
export function metadataJson(metadata: ModelMetadata): object {
  const tensor = ({ name, datatype, shape }: ModelMetadata['inputs'][number]): object => ({
    name,
    datatype,
    shape: shape.map(Number),
  });
  return {
    name: metadata.name,
    versions: metadata.versions,
    platform: metadata.platform,
    inputs: metadata.inputs.map(tensor),
    outputs: metadata.outputs.map(tensor),
    properties: metadata.properties,
  };
}

/** The repository's versions in the protocol's JSON, which is an array. */
export function indexJson({ models }: RepositoryIndex): object[] {
  return models.map(({ name, version, state, reason }) => ({
    name,
    ...(version === '' ? {} : { version }),
    ...(state === '' ? {} : { state }),
    reason,
  }));
}

/** Statistics as JSON text: counters keep all 64 bits, which numbers of JavaScript don't. */
export function statisticsText({ modelStats }: Statistics): string {
  return `{"model_stats":[${modelStats.map(modelText).join(',')}]}`;
}

function modelText(stats: ModelStatistics): string {
  const responses = Object.entries(stats.responseStats).map(
    ([key, { computeInfer, computeOutput, success, fail, emptyResponse, cancel }]) =>
      `${JSON.stringify(key)}:{${duration('compute_infer', computeInfer)},${duration('compute_output', computeOutput)},` +
      `${duration('success', success)},${duration('fail', fail)},` +
      `${duration('empty_response', emptyResponse)},${duration('cancel', cancel)}}`,
  );
  const batches = stats.batchStats.map(
    ({ batchSize, computeInput, computeInfer, computeOutput }) =>
      `{"batch_size":${batchSize},${duration('compute_input', computeInput)},` +
      `${duration('compute_infer', computeInfer)},${duration('compute_output', computeOutput)}}`,
  );
  const memory = stats.memoryUsage.map(
    ({ type, id, byteSize }) => `{"type":${JSON.stringify(type)},"id":${id},"byte_size":${byteSize}}`,
  );
  return (
    `{"name":${JSON.stringify(stats.name)},"version":${JSON.stringify(stats.version)},` +
    `"last_inference":${stats.lastInference},"inference_count":${stats.inferenceCount},` +
    `"execution_count":${stats.executionCount},"inference_stats":{${inferText(stats.inferenceStats)}},` +
    `"response_stats":{${responses.join(',')}},"batch_stats":[${batches.join(',')}],"memory_usage":[${memory.join(',')}]}`
  );
}

function inferText(stats: InferStatistics | null): string {
  return [
    duration('success', stats?.success),
    duration('fail', stats?.fail),
    duration('queue', stats?.queue),
    duration('compute_input', stats?.computeInput),
    duration('compute_infer', stats?.computeInfer),
    duration('compute_output', stats?.computeOutput),
    duration('cache_hit', stats?.cacheHit),
    duration('cache_miss', stats?.cacheMiss),
  ].join(',');
}

function duration(name: string, value: Duration | null | undefined): string {
  return `"${name}":{"count":${value?.count ?? 0},"ns":${value?.ns ?? 0}}`;
}
