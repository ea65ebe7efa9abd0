// Original file: inference/model_config.proto


/**
 * A cache of answers.
 */
export interface ModelResponseCache {
  /**
   * Always false.
   */
  'enable'?: (boolean);
}

/**
 * A cache of answers.
 */
export interface ModelResponseCache__Output {
  /**
   * Always false.
   */
  'enable': (boolean);
}
