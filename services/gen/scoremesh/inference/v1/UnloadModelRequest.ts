// Original file: scoremesh/inference/v1/model_service.proto


/**
 * What to take out of service.
 */
export interface UnloadModelRequest {
  /**
   * The model's name.
   */
  'name'?: (string);
  /**
   * The version; 0 for all.
   */
  'version'?: (number);
}

/**
 * What to take out of service.
 */
export interface UnloadModelRequest__Output {
  /**
   * The model's name.
   */
  'name': (string);
  /**
   * The version; 0 for all.
   */
  'version': (number);
}
