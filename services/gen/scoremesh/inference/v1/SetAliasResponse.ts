// Original file: scoremesh/inference/v1/model_service.proto


/**
 * Where it points.
 */
export interface SetAliasResponse {
  /**
   * The version; 0 for none.
   */
  'version'?: (number);
  /**
   * The version before; 0 for none.
   */
  'previousVersion'?: (number);
}

/**
 * Where it points.
 */
export interface SetAliasResponse__Output {
  /**
   * The version; 0 for none.
   */
  'version': (number);
  /**
   * The version before; 0 for none.
   */
  'previousVersion': (number);
}
