// Original file: inference/grpc_service.proto


/**
 * Unused.
 */
export interface SystemSharedMemoryStatusRequest {
  /**
   * Unused.
   */
  'name'?: (string);
}

/**
 * Unused.
 */
export interface SystemSharedMemoryStatusRequest__Output {
  /**
   * Unused.
   */
  'name': (string);
}
