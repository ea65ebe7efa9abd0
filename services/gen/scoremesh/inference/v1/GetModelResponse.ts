// Original file: scoremesh/inference/v1/model_service.proto

import type { Model as _scoremesh_inference_v1_Model, Model__Output as _scoremesh_inference_v1_Model__Output } from '../../../scoremesh/inference/v1/Model.ts';

/**
 * The model.
 */
export interface GetModelResponse {
  /**
   * The version that the name resolves to now.
   */
  'model'?: (_scoremesh_inference_v1_Model | null);
}

/**
 * The model.
 */
export interface GetModelResponse__Output {
  /**
   * The version that the name resolves to now.
   */
  'model': (_scoremesh_inference_v1_Model__Output | null);
}
