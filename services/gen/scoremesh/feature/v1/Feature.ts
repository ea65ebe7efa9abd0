// Original file: scoremesh/feature/v1/feature_service.proto


/**
 * One declared feature.
 */
export interface Feature {
  /**
   * The feature's name in its view.
   */
  'name'?: (string);
  /**
   * FP32, FP64, INT64, BOOL or BYTES (text).
   */
  'datatype'?: (string);
  /**
   * What it means, for people.
   */
  'description'?: (string);
}

/**
 * One declared feature.
 */
export interface Feature__Output {
  /**
   * The feature's name in its view.
   */
  'name': (string);
  /**
   * FP32, FP64, INT64, BOOL or BYTES (text).
   */
  'datatype': (string);
  /**
   * What it means, for people.
   */
  'description': (string);
}
