// Original file: scoremesh/inference/v1/model_service.proto

import type { ModelInferResponse as _inference_ModelInferResponse, ModelInferResponse__Output as _inference_ModelInferResponse__Output } from '../../../inference/ModelInferResponse.ts';
import type { Model as _scoremesh_inference_v1_Model, Model__Output as _scoremesh_inference_v1_Model__Output } from '../../../scoremesh/inference/v1/Model.ts';

/**
 * What it answered.
 */
export interface RunContentResponse {
  /**
   * One answer a request, in their order.
   */
  'responses'?: (_inference_ModelInferResponse)[];
  /**
   * The version that has the content, as it is now.
   */
  'model'?: (_scoremesh_inference_v1_Model | null);
}

/**
 * What it answered.
 */
export interface RunContentResponse__Output {
  /**
   * One answer a request, in their order.
   */
  'responses': (_inference_ModelInferResponse__Output)[];
  /**
   * The version that has the content, as it is now.
   */
  'model': (_scoremesh_inference_v1_Model__Output | null);
}
