// Original file: inference/grpc_service.proto


/**
 * Empty.
 */
export interface ServerMetadataRequest {
}

/**
 * Empty.
 */
export interface ServerMetadataRequest__Output {
}
