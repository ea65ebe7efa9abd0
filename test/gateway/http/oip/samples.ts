import type { ModelConfig__Output as ModelConfig } from '../../../../services/gen/inference/ModelConfig.ts';
import type { ModelStatistics__Output as ModelStatistics } from '../../../../services/gen/inference/ModelStatistics.ts';

/** With something in every field. */
export const modelConfig: ModelConfig = {
  name: 'm',
  platform: 'onnxruntime_onnx',
  backend: 'onnxruntime',
  versionPolicy: { specific: { versions: ['1', '3'] }, policyChoice: 'specific' },
  maxBatchSize: 8,
  input: [
    {
      name: 'x',
      dataType: 'TYPE_FP32',
      format: 'FORMAT_NONE',
      dims: ['-1', '3'],
      reshape: { shape: ['3'] },
      isShapeTensor: false,
      allowRaggedBatch: false,
      optional: false,
    },
  ],
  output: [
    { name: 'y', dataType: 'TYPE_INT64', dims: [], labelFilename: '', reshape: null, isShapeTensor: false },
  ],
  instanceGroup: [{ name: '', count: 1, kind: 'KIND_CPU' }],
  defaultModelFilename: 'model.onnx',
  metricTags: { team: 'a' },
  dynamicBatching: {
    preferredBatchSize: [4],
    maxQueueDelayMicroseconds: '100',
    preserveOrdering: false,
    priorityLevels: '3',
    defaultPriorityLevel: '2',
    defaultQueuePolicy: {
      timeoutAction: 'REJECT',
      defaultTimeoutMicroseconds: '5000',
      allowTimeoutOverride: true,
      maxQueueSize: 16,
    },
    priorityQueuePolicy: {},
  },
  parameters: { k: { stringValue: 'v' } },
  modelWarmup: [
    {
      name: 'w',
      batchSize: 1,
      inputs: { x: { dataType: 'TYPE_FP32', dims: ['3'], zeroData: true, inputDataType: 'zeroData' } },
      count: 1,
    },
  ],
  modelTransactionPolicy: { decoupled: false },
  responseCache: { enable: false },
};

const none = { count: '0', ns: '0' };

export const modelStatistics: ModelStatistics = {
  name: 'm',
  version: '1',
  lastInference: '1700000000000',
  inferenceCount: '12',
  executionCount: '4',
  inferenceStats: {
    success: { count: '3', ns: '100' },
    fail: none,
    queue: { count: '3', ns: '9007199254740993' },
    computeInput: none,
    computeInfer: none,
    computeOutput: none,
    cacheHit: none,
    cacheMiss: null,
  },
  batchStats: [
    { batchSize: '4', computeInput: none, computeInfer: { count: '4', ns: '50' }, computeOutput: none },
  ],
  memoryUsage: [{ type: 'CPU', id: '0', byteSize: '4096' }],
  responseStats: {
    '0': {
      computeInfer: none,
      computeOutput: none,
      success: { count: '1', ns: '2' },
      fail: none,
      emptyResponse: none,
      cancel: null,
    },
  },
};
