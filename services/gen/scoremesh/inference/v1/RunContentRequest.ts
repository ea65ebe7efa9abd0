// Original file: scoremesh/inference/v1/model_service.proto

import type { ModelInferRequest as _inference_ModelInferRequest, ModelInferRequest__Output as _inference_ModelInferRequest__Output } from '../../../inference/ModelInferRequest.ts';

/**
 * What to run.
 */
export interface RunContentRequest {
  /**
   * The model's name.
   */
  'name'?: (string);
  /**
   * The version that is tried first; 0 for none. The content counts, whichever version has it.
   */
  'version'?: (number);
  /**
   * SHA-256 of the model file, "sha256:<hex>".
   */
  'digest'?: (string);
  /**
   * One request, or several that are run as one batch, their rows in this order. None to learn only what the content is. What they
   * say of model, priority and time-out does not count: they are run in the last lane, within the call's deadline.
   */
  'requests'?: (_inference_ModelInferRequest)[];
}

/**
 * What to run.
 */
export interface RunContentRequest__Output {
  /**
   * The model's name.
   */
  'name': (string);
  /**
   * The version that is tried first; 0 for none. The content counts, whichever version has it.
   */
  'version': (number);
  /**
   * SHA-256 of the model file, "sha256:<hex>".
   */
  'digest': (string);
  /**
   * One request, or several that are run as one batch, their rows in this order. None to learn only what the content is. What they
   * say of model, priority and time-out does not count: they are run in the last lane, within the call's deadline.
   */
  'requests': (_inference_ModelInferRequest__Output)[];
}
