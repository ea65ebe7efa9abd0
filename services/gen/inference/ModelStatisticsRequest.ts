// Original file: inference/grpc_service.proto


/**
 * Which models.
 */
export interface ModelStatisticsRequest {
  /**
   * The model's name; empty for all.
   */
  'name'?: (string);
  /**
   * Its version; empty for all.
   */
  'version'?: (string);
}

/**
 * Which models.
 */
export interface ModelStatisticsRequest__Output {
  /**
   * The model's name; empty for all.
   */
  'name': (string);
  /**
   * Its version; empty for all.
   */
  'version': (string);
}
