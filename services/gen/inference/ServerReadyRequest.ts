// Original file: inference/grpc_service.proto


/**
 * Empty.
 */
export interface ServerReadyRequest {
}

/**
 * Empty.
 */
export interface ServerReadyRequest__Output {
}
