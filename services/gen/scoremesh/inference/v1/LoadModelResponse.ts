// Original file: scoremesh/inference/v1/model_service.proto

import type { Model as _scoremesh_inference_v1_Model, Model__Output as _scoremesh_inference_v1_Model__Output } from '../../../scoremesh/inference/v1/Model.ts';

/**
 * What was loaded.
 */
export interface LoadModelResponse {
  /**
   * The versions, all ready.
   */
  'models'?: (_scoremesh_inference_v1_Model)[];
}

/**
 * What was loaded.
 */
export interface LoadModelResponse__Output {
  /**
   * The versions, all ready.
   */
  'models': (_scoremesh_inference_v1_Model__Output)[];
}
