// Original file: inference/model_config.proto


/**
 * Whether a request may get many answers.
 */
export interface ModelTransactionPolicy {
  /**
   * Always false.
   */
  'decoupled'?: (boolean);
}

/**
 * Whether a request may get many answers.
 */
export interface ModelTransactionPolicy__Output {
  /**
   * Always false.
   */
  'decoupled': (boolean);
}
