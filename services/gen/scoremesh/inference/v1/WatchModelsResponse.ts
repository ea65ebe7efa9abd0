// Original file: scoremesh/inference/v1/model_service.proto

import type { Model as _scoremesh_inference_v1_Model, Model__Output as _scoremesh_inference_v1_Model__Output } from '../../../scoremesh/inference/v1/Model.ts';
import type { ModelChange as _scoremesh_inference_v1_ModelChange, ModelChange__Output as _scoremesh_inference_v1_ModelChange__Output } from '../../../scoremesh/inference/v1/ModelChange.ts';

/**
 * The registry at one moment.
 */
export interface WatchModelsResponse {
  /**
   * By name, then version.
   */
  'models'?: (_scoremesh_inference_v1_Model)[];
  /**
   * What changed since the message before; in the first one the newest changes of this process, at most 1000. Oldest first.
   */
  'changes'?: (_scoremesh_inference_v1_ModelChange)[];
}

/**
 * The registry at one moment.
 */
export interface WatchModelsResponse__Output {
  /**
   * By name, then version.
   */
  'models': (_scoremesh_inference_v1_Model__Output)[];
  /**
   * What changed since the message before; in the first one the newest changes of this process, at most 1000. Oldest first.
   */
  'changes': (_scoremesh_inference_v1_ModelChange__Output)[];
}
