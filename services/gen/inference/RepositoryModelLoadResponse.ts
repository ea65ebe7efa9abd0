// Original file: inference/grpc_service.proto


/**
 * Empty.
 */
export interface RepositoryModelLoadResponse {
}

/**
 * Empty.
 */
export interface RepositoryModelLoadResponse__Output {
}
