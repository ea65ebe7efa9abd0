// Original file: scoremesh/inference/v1/model_service.proto


/**
 * No options yet.
 */
export interface WatchModelsRequest {
}

/**
 * No options yet.
 */
export interface WatchModelsRequest__Output {
}
