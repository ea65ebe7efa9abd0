// Original file: scoremesh/scoring/v1/scoring_service.proto


/**
 * A version of a model, resolved.
 */
export interface ModelVersion {
  /**
   * The model's name.
   */
  'name'?: (string);
  /**
   * The version, >= 1.
   */
  'version'?: (number);
  /**
   * SHA-256 of the model file as "sha256:<hex>".
   */
  'digest'?: (string);
  /**
   * The alias that was asked for or applied; empty if the version was named directly.
   */
  'alias'?: (string);
}

/**
 * A version of a model, resolved.
 */
export interface ModelVersion__Output {
  /**
   * The model's name.
   */
  'name': (string);
  /**
   * The version, >= 1.
   */
  'version': (number);
  /**
   * SHA-256 of the model file as "sha256:<hex>".
   */
  'digest': (string);
  /**
   * The alias that was asked for or applied; empty if the version was named directly.
   */
  'alias': (string);
}
