// Original file: inference/grpc_service.proto


/**
 * Empty.
 */
export interface RepositoryModelUnloadResponse {
}

/**
 * Empty.
 */
export interface RepositoryModelUnloadResponse__Output {
}
