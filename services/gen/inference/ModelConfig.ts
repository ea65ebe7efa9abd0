// Original file: inference/model_config.proto

import type { ModelVersionPolicy as _inference_ModelVersionPolicy, ModelVersionPolicy__Output as _inference_ModelVersionPolicy__Output } from '../inference/ModelVersionPolicy.ts';
import type { ModelInput as _inference_ModelInput, ModelInput__Output as _inference_ModelInput__Output } from '../inference/ModelInput.ts';
import type { ModelOutput as _inference_ModelOutput, ModelOutput__Output as _inference_ModelOutput__Output } from '../inference/ModelOutput.ts';
import type { ModelInstanceGroup as _inference_ModelInstanceGroup, ModelInstanceGroup__Output as _inference_ModelInstanceGroup__Output } from '../inference/ModelInstanceGroup.ts';
import type { ModelDynamicBatching as _inference_ModelDynamicBatching, ModelDynamicBatching__Output as _inference_ModelDynamicBatching__Output } from '../inference/ModelDynamicBatching.ts';
import type { ModelParameter as _inference_ModelParameter, ModelParameter__Output as _inference_ModelParameter__Output } from '../inference/ModelParameter.ts';
import type { ModelWarmup as _inference_ModelWarmup, ModelWarmup__Output as _inference_ModelWarmup__Output } from '../inference/ModelWarmup.ts';
import type { ModelTransactionPolicy as _inference_ModelTransactionPolicy, ModelTransactionPolicy__Output as _inference_ModelTransactionPolicy__Output } from '../inference/ModelTransactionPolicy.ts';
import type { ModelResponseCache as _inference_ModelResponseCache, ModelResponseCache__Output as _inference_ModelResponseCache__Output } from '../inference/ModelResponseCache.ts';

/**
 * How a model is served.
 */
export interface ModelConfig {
  /**
   * The model's name.
   */
  'name'?: (string);
  /**
   * "onnxruntime_onnx".
   */
  'platform'?: (string);
  /**
   * Which versions are loaded.
   */
  'versionPolicy'?: (_inference_ModelVersionPolicy | null);
  /**
   * Rows of one run; 0 for a model that is not batched, whose shapes are then literal.
   */
  'maxBatchSize'?: (number);
  /**
   * Inputs in order.
   */
  'input'?: (_inference_ModelInput)[];
  /**
   * Outputs in order.
   */
  'output'?: (_inference_ModelOutput)[];
  /**
   * Instances.
   */
  'instanceGroup'?: (_inference_ModelInstanceGroup)[];
  /**
   * "model.onnx".
   */
  'defaultModelFilename'?: (string);
  /**
   * Labels of metrics; has no effect.
   */
  'metricTags'?: ({[key: string]: string});
  /**
   * Present for a model whose requests share runs.
   */
  'dynamicBatching'?: (_inference_ModelDynamicBatching | null);
  /**
   * Anything else, told but without effect.
   */
  'parameters'?: ({[key: string]: _inference_ModelParameter});
  /**
   * Runs before the first request.
   */
  'modelWarmup'?: (_inference_ModelWarmup)[];
  /**
   * "onnxruntime".
   */
  'backend'?: (string);
  /**
   * Whether a request may get many answers.
   */
  'modelTransactionPolicy'?: (_inference_ModelTransactionPolicy | null);
  /**
   * A cache of answers.
   */
  'responseCache'?: (_inference_ModelResponseCache | null);
}

/**
 * How a model is served.
 */
export interface ModelConfig__Output {
  /**
   * The model's name.
   */
  'name': (string);
  /**
   * "onnxruntime_onnx".
   */
  'platform': (string);
  /**
   * Which versions are loaded.
   */
  'versionPolicy': (_inference_ModelVersionPolicy__Output | null);
  /**
   * Rows of one run; 0 for a model that is not batched, whose shapes are then literal.
   */
  'maxBatchSize': (number);
  /**
   * Inputs in order.
   */
  'input': (_inference_ModelInput__Output)[];
  /**
   * Outputs in order.
   */
  'output': (_inference_ModelOutput__Output)[];
  /**
   * Instances.
   */
  'instanceGroup': (_inference_ModelInstanceGroup__Output)[];
  /**
   * "model.onnx".
   */
  'defaultModelFilename': (string);
  /**
   * Labels of metrics; has no effect.
   */
  'metricTags': ({[key: string]: string});
  /**
   * Present for a model whose requests share runs.
   */
  'dynamicBatching': (_inference_ModelDynamicBatching__Output | null);
  /**
   * Anything else, told but without effect.
   */
  'parameters': ({[key: string]: _inference_ModelParameter__Output});
  /**
   * Runs before the first request.
   */
  'modelWarmup': (_inference_ModelWarmup__Output)[];
  /**
   * "onnxruntime".
   */
  'backend': (string);
  /**
   * Whether a request may get many answers.
   */
  'modelTransactionPolicy': (_inference_ModelTransactionPolicy__Output | null);
  /**
   * A cache of answers.
   */
  'responseCache': (_inference_ModelResponseCache__Output | null);
}
