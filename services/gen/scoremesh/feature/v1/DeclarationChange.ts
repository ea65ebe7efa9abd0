// Original file: scoremesh/feature/v1/feature_service.proto


/**
 * One declaration that is new or changed.
 */
export interface DeclarationChange {
  /**
   * "stream", "entity", "view" or "set".
   */
  'kind'?: (string);
  /**
   * Its name.
   */
  'name'?: (string);
  /**
   * Its new digest, "sha256:<hex>".
   */
  'digest'?: (string);
  /**
   * The digest before; empty if it is new.
   */
  'previousDigest'?: (string);
}

/**
 * One declaration that is new or changed.
 */
export interface DeclarationChange__Output {
  /**
   * "stream", "entity", "view" or "set".
   */
  'kind': (string);
  /**
   * Its name.
   */
  'name': (string);
  /**
   * Its new digest, "sha256:<hex>".
   */
  'digest': (string);
  /**
   * The digest before; empty if it is new.
   */
  'previousDigest': (string);
}
