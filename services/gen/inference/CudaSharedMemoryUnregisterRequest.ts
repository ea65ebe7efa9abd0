// Original file: inference/grpc_service.proto


/**
 * Unused.
 */
export interface CudaSharedMemoryUnregisterRequest {
  /**
   * Unused.
   */
  'name'?: (string);
}

/**
 * Unused.
 */
export interface CudaSharedMemoryUnregisterRequest__Output {
  /**
   * Unused.
   */
  'name': (string);
}
