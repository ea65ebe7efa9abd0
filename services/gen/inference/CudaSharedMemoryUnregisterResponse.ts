// Original file: inference/grpc_service.proto


/**
 * Unused.
 */
export interface CudaSharedMemoryUnregisterResponse {
}

/**
 * Unused.
 */
export interface CudaSharedMemoryUnregisterResponse__Output {
}
