import type { DataType__Output as DataType } from '../../../gen/inference/DataType.ts';
import type { ModelConfig__Output as ModelConfig } from '../../../gen/inference/ModelConfig.ts';
import type { ModelDynamicBatching__Output as ModelDynamicBatching } from '../../../gen/inference/ModelDynamicBatching.ts';
import type { ModelInput__Output as ModelInput } from '../../../gen/inference/ModelInput.ts';
import type { ModelOutput__Output as ModelOutput } from '../../../gen/inference/ModelOutput.ts';
import type { Datatype } from '../../tensors/datatype.ts';
import type { ModelShape } from '../../tensors/model-shape.ts';
import type { TensorInfo } from '../../tensors/tensor.ts';
import type { ServingConfig } from '../serving-config.ts';

/**
 * The configuration that is in force for a loaded version, whatever was given, as the ModelConfig call answers it. Dimensions leave
 * the batch out if and only if `maxBatchSize` is above 0; each input and output then has an open first dimension.
 */
export function completeModelConfig(shape: ModelShape, serving: ServingConfig): ModelConfig {
  const { given } = serving;
  const maxBatchSize = batchSizeOf(shape, serving);
  const dimsOf = (info: TensorInfo): string[] => info.shape.slice(maxBatchSize > 0 ? 1 : 0).map(String);
  return {
    name: shape.name,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    versionPolicy: given?.versionPolicy ?? { all: {}, policyChoice: 'all' },
    maxBatchSize,
    input: shape.inputs.map(
      (info): ModelInput => ({
        name: info.name,
        dataType: dataTypeOf(info.datatype),
        format: given?.input.find(({ name }) => name === info.name)?.format ?? 'FORMAT_NONE',
        dims: dimsOf(info),
        reshape: null,
        isShapeTensor: false,
        allowRaggedBatch: false,
        optional: false,
      }),
    ),
    output: shape.outputs.map(
      (info): ModelOutput => ({
        name: info.name,
        dataType: dataTypeOf(info.datatype),
        dims: dimsOf(info),
        labelFilename: given?.output.find(({ name }) => name === info.name)?.labelFilename ?? '',
        reshape: null,
        isShapeTensor: false,
      }),
    ),
    instanceGroup: [
      {
        name: shape.name,
        count: serving.placement === 'inline' ? 1 : serving.instances,
        kind: 'KIND_CPU',
      },
    ],
    defaultModelFilename: serving.fileName,
    metricTags: given?.metricTags ?? {},
    dynamicBatching: serving.batched && maxBatchSize > 0 ? batchingOf(serving) : null,
    parameters: given?.parameters ?? {},
    modelWarmup: serving.warmup,
    modelTransactionPolicy: { decoupled: false },
    responseCache: { enable: false },
  };
}

/** As the protocol's model configuration names it. */
export function dataTypeOf(datatype: Datatype): DataType {
  return datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`;
}

/**
 * Whether the first dimension of a loaded version's tensors counts rows, rather than being part of a literal shape: requests share
 * runs, or its configuration says so.
 */
export function hasBatch(shape: ModelShape, serving: ServingConfig): boolean {
  return shape.stackable && (serving.batched || (serving.given?.maxBatchSize ?? 0) > 0);
}

function batchSizeOf(shape: ModelShape, serving: ServingConfig): number {
  if (!hasBatch(shape, serving)) return 0;
  return serving.batched ? Math.min(serving.maxBatchRows, serving.maxRequestRows) : serving.maxRequestRows;
}

function batchingOf({
  defaultPriority,
  defaultTimeoutMs = 0,
  maxQueuedRows,
}: ServingConfig): ModelDynamicBatching {
  return {
    preferredBatchSize: [],
    maxQueueDelayMicroseconds: '0',
    preserveOrdering: false,
    priorityLevels: '3',
    defaultPriorityLevel: String(defaultPriority),
    defaultQueuePolicy: {
      timeoutAction: 'REJECT',
      defaultTimeoutMicroseconds: String(Math.round(defaultTimeoutMs * 1000)),
      allowTimeoutOverride: true,
      maxQueueSize: maxQueuedRows,
    },
    priorityQueuePolicy: {},
  };
}
