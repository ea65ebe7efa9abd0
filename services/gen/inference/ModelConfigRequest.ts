// Original file: inference/grpc_service.proto


/**
 * Which model.
 */
export interface ModelConfigRequest {
  /**
   * The model's name.
   */
  'name'?: (string);
  /**
   * Its version; empty for the one that the server picks.
   */
  'version'?: (string);
}

/**
 * Which model.
 */
export interface ModelConfigRequest__Output {
  /**
   * The model's name.
   */
  'name': (string);
  /**
   * Its version; empty for the one that the server picks.
   */
  'version': (string);
}
