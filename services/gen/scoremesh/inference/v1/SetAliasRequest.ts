// Original file: scoremesh/inference/v1/model_service.proto


/**
 * Where an alias shall point.
 */
export interface SetAliasRequest {
  /**
   * The model's name.
   */
  'name'?: (string);
  /**
   * The alias, e.g. "champion".
   */
  'alias'?: (string);
  /**
   * The version, which must be ready; 0 to remove the alias.
   */
  'version'?: (number);
}

/**
 * Where an alias shall point.
 */
export interface SetAliasRequest__Output {
  /**
   * The model's name.
   */
  'name': (string);
  /**
   * The alias, e.g. "champion".
   */
  'alias': (string);
  /**
   * The version, which must be ready; 0 to remove the alias.
   */
  'version': (number);
}
