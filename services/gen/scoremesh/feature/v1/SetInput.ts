// Original file: scoremesh/feature/v1/declaration.proto


/**
 * A request input that a set's transforms read.
 */
export interface SetInput {
  /**
   * The input's name.
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
 * A request input that a set's transforms read.
 */
export interface SetInput__Output {
  /**
   * The input's name.
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
