// Original file: inference/grpc_service.proto


/**
 * Readiness of a model.
 */
export interface ModelReadyResponse {
  /**
   * Whether it answers.
   */
  'ready'?: (boolean);
}

/**
 * Readiness of a model.
 */
export interface ModelReadyResponse__Output {
  /**
   * Whether it answers.
   */
  'ready': (boolean);
}
