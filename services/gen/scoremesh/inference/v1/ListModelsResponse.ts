// Original file: scoremesh/inference/v1/model_service.proto

import type { Model as _scoremesh_inference_v1_Model, Model__Output as _scoremesh_inference_v1_Model__Output } from '../../../scoremesh/inference/v1/Model.ts';

/**
 * The registry.
 */
export interface ListModelsResponse {
  /**
   * By name, then version.
   */
  'models'?: (_scoremesh_inference_v1_Model)[];
}

/**
 * The registry.
 */
export interface ListModelsResponse__Output {
  /**
   * By name, then version.
   */
  'models': (_scoremesh_inference_v1_Model__Output)[];
}
