// Original file: feast/serving/ServingService.proto


/**
 * Nothing to say.
 */
export interface GetFeastServingInfoRequest {
}

/**
 * Nothing to say.
 */
export interface GetFeastServingInfoRequest__Output {
}
