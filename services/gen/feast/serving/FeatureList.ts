// Original file: feast/serving/ServingService.proto


/**
 * A list of names.
 */
export interface FeatureList {
  /**
   * In requests "view:feature" each, at most 1000.
   */
  'val'?: (string)[];
}

/**
 * A list of names.
 */
export interface FeatureList__Output {
  /**
   * In requests "view:feature" each, at most 1000.
   */
  'val': (string)[];
}
