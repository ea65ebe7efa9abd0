// Original file: scoremesh/inference/v1/model_service.proto

import type { Model as _scoremesh_inference_v1_Model, Model__Output as _scoremesh_inference_v1_Model__Output } from '../../../scoremesh/inference/v1/Model.ts';

/**
 * What was taken out.
 */
export interface UnloadModelResponse {
  /**
   * The versions, all unloaded.
   */
  'models'?: (_scoremesh_inference_v1_Model)[];
}

/**
 * What was taken out.
 */
export interface UnloadModelResponse__Output {
  /**
   * The versions, all unloaded.
   */
  'models': (_scoremesh_inference_v1_Model__Output)[];
}
