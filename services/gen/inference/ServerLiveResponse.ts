// Original file: inference/grpc_service.proto


/**
 * Liveness.
 */
export interface ServerLiveResponse {
  /**
   * Whether the process answers.
   */
  'live'?: (boolean);
}

/**
 * Liveness.
 */
export interface ServerLiveResponse__Output {
  /**
   * Whether the process answers.
   */
  'live': (boolean);
}
