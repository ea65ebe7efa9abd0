// Original file: scoremesh/inference/v1/model_service.proto

import type { Model as _scoremesh_inference_v1_Model, Model__Output as _scoremesh_inference_v1_Model__Output } from '../../../scoremesh/inference/v1/Model.ts';

/**
 * How far it is.
 */
export interface RegisterModelResponse {
  /**
   * The version.
   */
  'model'?: (_scoremesh_inference_v1_Model | null);
}

/**
 * How far it is.
 */
export interface RegisterModelResponse__Output {
  /**
   * The version.
   */
  'model': (_scoremesh_inference_v1_Model__Output | null);
}
