// Original file: inference/grpc_service.proto


/**
 * Unused.
 */
export interface SystemSharedMemoryUnregisterResponse {
}

/**
 * Unused.
 */
export interface SystemSharedMemoryUnregisterResponse__Output {
}
