// Original file: inference/grpc_service.proto


/**
 * Empty.
 */
export interface ServerLiveRequest {
}

/**
 * Empty.
 */
export interface ServerLiveRequest__Output {
}
