// Original file: scoremesh/inference/v1/model_service.proto


/**
 * A threshold on a scalar output.
 */
export interface Decision {
  /**
   * The score output.
   */
  'output'?: (string);
  /**
   * At or above it the decision is above.
   */
  'threshold'?: (number | string);
  /**
   * Text of the decision at or above the threshold.
   */
  'above'?: (string);
  /**
   * Text of the decision below it.
   */
  'below'?: (string);
}

/**
 * A threshold on a scalar output.
 */
export interface Decision__Output {
  /**
   * The score output.
   */
  'output': (string);
  /**
   * At or above it the decision is above.
   */
  'threshold': (number);
  /**
   * Text of the decision at or above the threshold.
   */
  'above': (string);
  /**
   * Text of the decision below it.
   */
  'below': (string);
}
