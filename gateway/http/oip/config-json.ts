import type { ModelConfig__Output as ModelConfig } from '../../../services/gen/inference/ModelConfig.ts';
import type { ModelDynamicBatching__Output as DynamicBatching } from '../../../services/gen/inference/ModelDynamicBatching.ts';
import type { ModelInput__Output as ModelInput } from '../../../services/gen/inference/ModelInput.ts';
import type { ModelOutput__Output as ModelOutput } from '../../../services/gen/inference/ModelOutput.ts';
import type { ModelQueuePolicy__Output as QueuePolicy } from '../../../services/gen/inference/ModelQueuePolicy.ts';
import type { ModelVersionPolicy__Output as VersionPolicy } from '../../../services/gen/inference/ModelVersionPolicy.ts';
import type { ModelWarmup__Output as ModelWarmup } from '../../../services/gen/inference/ModelWarmup.ts';

/**
 * A model's configuration as Triton writes it: the proto's names, enums by name, every default, messages that are absent left out,
 * integers of 64 bits as numbers.
 */
export function configJson(config: ModelConfig): object {
  const { versionPolicy, dynamicBatching, modelTransactionPolicy, responseCache } = config;
  return {
    name: config.name,
    platform: config.platform,
    backend: config.backend,
    ...(versionPolicy === null ? {} : { version_policy: versionPolicyJson(versionPolicy) }),
    max_batch_size: config.maxBatchSize,
    input: config.input.map(inputJson),
    output: config.output.map(outputJson),
    instance_group: config.instanceGroup.map(({ name, kind, count }) => ({ name, kind, count })),
    default_model_filename: config.defaultModelFilename,
    metric_tags: config.metricTags,
    ...(dynamicBatching === null ? {} : { dynamic_batching: dynamicBatchingJson(dynamicBatching) }),
    parameters: mapped(config.parameters, ({ stringValue }) => ({ string_value: stringValue })),
    model_warmup: config.modelWarmup.map(warmupJson),
    ...(modelTransactionPolicy === null
      ? {}
      : { model_transaction_policy: { decoupled: modelTransactionPolicy.decoupled } }),
    ...(responseCache === null ? {} : { response_cache: { enable: responseCache.enable } }),
  };
}

function versionPolicyJson({ latest, all, specific }: VersionPolicy): object {
  if (latest) return { latest: { num_versions: latest.numVersions } };
  if (specific) return { specific: { versions: specific.versions.map(Number) } };
  return all ? { all: {} } : {};
}

function inputJson(input: ModelInput): object {
  return {
    name: input.name,
    data_type: input.dataType,
    format: input.format,
    dims: input.dims.map(Number),
    ...reshapeJson(input),
    is_shape_tensor: input.isShapeTensor,
    allow_ragged_batch: input.allowRaggedBatch,
    optional: input.optional,
  };
}

function outputJson(output: ModelOutput): object {
  return {
    name: output.name,
    data_type: output.dataType,
    dims: output.dims.map(Number),
    ...reshapeJson(output),
    label_filename: output.labelFilename,
    is_shape_tensor: output.isShapeTensor,
  };
}

function reshapeJson({ reshape }: ModelInput | ModelOutput): object {
  return reshape === null ? {} : { reshape: { shape: reshape.shape.map(Number) } };
}

function dynamicBatchingJson(batching: DynamicBatching): object {
  const { defaultQueuePolicy } = batching;
  return {
    preferred_batch_size: batching.preferredBatchSize,
    max_queue_delay_microseconds: Number(batching.maxQueueDelayMicroseconds),
    preserve_ordering: batching.preserveOrdering,
    priority_levels: Number(batching.priorityLevels),
    default_priority_level: Number(batching.defaultPriorityLevel),
    ...(defaultQueuePolicy === null ? {} : { default_queue_policy: queuePolicyJson(defaultQueuePolicy) }),
    priority_queue_policy: mapped(batching.priorityQueuePolicy, queuePolicyJson),
  };
}

function queuePolicyJson(policy: QueuePolicy): object {
  return {
    timeout_action: policy.timeoutAction,
    default_timeout_microseconds: Number(policy.defaultTimeoutMicroseconds),
    allow_timeout_override: policy.allowTimeoutOverride,
    max_queue_size: policy.maxQueueSize,
  };
}

function warmupJson({ name, batchSize, inputs, count }: ModelWarmup): object {
  return {
    name,
    batch_size: batchSize,
    inputs: mapped(inputs, (input) => ({
      data_type: input.dataType,
      dims: input.dims.map(Number),
      ...(input.zeroData === undefined ? {} : { zero_data: input.zeroData }),
      ...(input.randomData === undefined ? {} : { random_data: input.randomData }),
      ...(input.inputDataFile === undefined ? {} : { input_data_file: input.inputDataFile }),
    })),
    count,
  };
}

function mapped<T>(map: Readonly<Record<string, T>>, json: (value: T) => object): object {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, json(value)]));
}
