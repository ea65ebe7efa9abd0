// Original file: scoremesh/inference/v1/model_service.proto


/**
 * Which model.
 */
export interface GetModelRequest {
  /**
   * "name", "name@alias" or "name@version".
   */
  'model'?: (string);
}

/**
 * Which model.
 */
export interface GetModelRequest__Output {
  /**
   * "name", "name@alias" or "name@version".
   */
  'model': (string);
}
