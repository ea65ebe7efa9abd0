// Original file: inference/model_config.proto


/**
 * A parameter of a model.
 */
export interface ModelParameter {
  /**
   * Its value.
   */
  'stringValue'?: (string);
}

/**
 * A parameter of a model.
 */
export interface ModelParameter__Output {
  /**
   * Its value.
   */
  'stringValue': (string);
}
