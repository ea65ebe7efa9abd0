// Original file: scoremesh/feature/v1/feature_service.proto


/**
 * No options yet.
 */
export interface ListFeaturesRequest {
}

/**
 * No options yet.
 */
export interface ListFeaturesRequest__Output {
}
