// Original file: scoremesh/inference/v1/model_service.proto


/**
 * What to load.
 */
export interface LoadModelRequest {
  /**
   * The model's name.
   */
  'name'?: (string);
  /**
   * The version; 0 for all that the model's policy wants.
   */
  'version'?: (number);
}

/**
 * What to load.
 */
export interface LoadModelRequest__Output {
  /**
   * The model's name.
   */
  'name': (string);
  /**
   * The version; 0 for all that the model's policy wants.
   */
  'version': (number);
}
