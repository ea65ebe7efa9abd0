// Original file: scoremesh/feature/v1/feature_service.proto


/**
 * Consecutive features of one type.
 */
export interface FeatureBlock {
  /**
   * FP32, FP64, INT64, BOOL or BYTES.
   */
  'datatype'?: (string);
  /**
   * How many features of the set it holds.
   */
  'features'?: (number);
  /**
   * Row-major [rows, features], little-endian; values that are not there are NaN, 0 or empty. BYTES: each element is a uint32 length
   * followed by its bytes.
   */
  'data'?: (Buffer | Uint8Array | string);
}

/**
 * Consecutive features of one type.
 */
export interface FeatureBlock__Output {
  /**
   * FP32, FP64, INT64, BOOL or BYTES.
   */
  'datatype': (string);
  /**
   * How many features of the set it holds.
   */
  'features': (number);
  /**
   * Row-major [rows, features], little-endian; values that are not there are NaN, 0 or empty. BYTES: each element is a uint32 length
   * followed by its bytes.
   */
  'data': (Buffer);
}
