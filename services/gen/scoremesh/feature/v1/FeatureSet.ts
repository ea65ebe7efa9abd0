// Original file: scoremesh/feature/v1/feature_service.proto


/**
 * The ordered features that a model version reads.
 */
export interface FeatureSet {
  /**
   * The set's name.
   */
  'name'?: (string);
  /**
   * SHA-256 of the declaration with its views, "sha256:<hex>".
   */
  'digest'?: (string);
  /**
   * "view.feature", in order.
   */
  'features'?: (string)[];
  /**
   * The datatype of each.
   */
  'datatypes'?: (string)[];
  /**
   * The entities that a read must name.
   */
  'entities'?: (string)[];
  /**
   * What it is for, for people.
   */
  'description'?: (string);
}

/**
 * The ordered features that a model version reads.
 */
export interface FeatureSet__Output {
  /**
   * The set's name.
   */
  'name': (string);
  /**
   * SHA-256 of the declaration with its views, "sha256:<hex>".
   */
  'digest': (string);
  /**
   * "view.feature", in order.
   */
  'features': (string)[];
  /**
   * The datatype of each.
   */
  'datatypes': (string)[];
  /**
   * The entities that a read must name.
   */
  'entities': (string)[];
  /**
   * What it is for, for people.
   */
  'description': (string);
}
