// Original file: scoremesh/inference/v1/model_service.proto


/**
 * Where it points.
 */
export interface RollbackAliasResponse {
  /**
   * The version.
   */
  'version'?: (number);
  /**
   * The version before the rollback.
   */
  'previousVersion'?: (number);
}

/**
 * Where it points.
 */
export interface RollbackAliasResponse__Output {
  /**
   * The version.
   */
  'version': (number);
  /**
   * The version before the rollback.
   */
  'previousVersion': (number);
}
