// Original file: inference/grpc_service.proto


/**
 * Unused.
 */
export interface CudaSharedMemoryStatusRequest {
  /**
   * Unused.
   */
  'name'?: (string);
}

/**
 * Unused.
 */
export interface CudaSharedMemoryStatusRequest__Output {
  /**
   * Unused.
   */
  'name': (string);
}
