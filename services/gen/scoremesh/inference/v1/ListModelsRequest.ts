// Original file: scoremesh/inference/v1/model_service.proto


/**
 * No options yet.
 */
export interface ListModelsRequest {
}

/**
 * No options yet.
 */
export interface ListModelsRequest__Output {
}
