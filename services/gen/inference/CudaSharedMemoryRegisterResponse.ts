// Original file: inference/grpc_service.proto


/**
 * Unused.
 */
export interface CudaSharedMemoryRegisterResponse {
}

/**
 * Unused.
 */
export interface CudaSharedMemoryRegisterResponse__Output {
}
