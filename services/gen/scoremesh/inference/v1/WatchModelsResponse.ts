// Original file: scoremesh/inference/v1/model_service.proto

import type { Model as _scoremesh_inference_v1_Model, Model__Output as _scoremesh_inference_v1_Model__Output } from '../../../scoremesh/inference/v1/Model.ts';

/**
 * The registry at one moment.
 */
export interface WatchModelsResponse {
  /**
   * By name, then version.
   */
  'models'?: (_scoremesh_inference_v1_Model)[];
}

/**
 * The registry at one moment.
 */
export interface WatchModelsResponse__Output {
  /**
   * By name, then version.
   */
  'models': (_scoremesh_inference_v1_Model__Output)[];
}
