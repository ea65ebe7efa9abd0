// Original file: inference/grpc_service.proto


/**
 * Unused.
 */
export interface SystemSharedMemoryUnregisterRequest {
  /**
   * Unused.
   */
  'name'?: (string);
}

/**
 * Unused.
 */
export interface SystemSharedMemoryUnregisterRequest__Output {
  /**
   * Unused.
   */
  'name': (string);
}
