// Original file: inference/grpc_service.proto


/**
 * Unused.
 */
export interface SystemSharedMemoryRegisterResponse {
}

/**
 * Unused.
 */
export interface SystemSharedMemoryRegisterResponse__Output {
}
