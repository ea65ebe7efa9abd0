// Original file: scoremesh/inference/v1/model_service.proto


/**
 * Which alias.
 */
export interface RollbackAliasRequest {
  /**
   * The model's name.
   */
  'name'?: (string);
  /**
   * The alias.
   */
  'alias'?: (string);
}

/**
 * Which alias.
 */
export interface RollbackAliasRequest__Output {
  /**
   * The model's name.
   */
  'name': (string);
  /**
   * The alias.
   */
  'alias': (string);
}
