// Original file: feast/serving/ServingService.proto


/**
 * What answers.
 */
export interface GetFeastServingInfoResponse {
  /**
   * Version of the software.
   */
  'version'?: (string);
}

/**
 * What answers.
 */
export interface GetFeastServingInfoResponse__Output {
  /**
   * Version of the software.
   */
  'version': (string);
}
