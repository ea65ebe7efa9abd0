// Original file: inference/grpc_service.proto


/**
 * Readiness.
 */
export interface ServerReadyResponse {
  /**
   * Whether requests can be served.
   */
  'ready'?: (boolean);
}

/**
 * Readiness.
 */
export interface ServerReadyResponse__Output {
  /**
   * Whether requests can be served.
   */
  'ready': (boolean);
}
