// Original file: google/rpc/error_details.proto


/**
 * One wrong field.
 */
export interface _google_rpc_BadRequest_FieldViolation {
  /**
   * Path of the field, e.g. "entities.origin".
   */
  'field'?: (string);
  /**
   * What is wrong with it.
   */
  'description'?: (string);
}

/**
 * One wrong field.
 */
export interface _google_rpc_BadRequest_FieldViolation__Output {
  /**
   * Path of the field, e.g. "entities.origin".
   */
  'field': (string);
  /**
   * What is wrong with it.
   */
  'description': (string);
}

/**
 * Which parts of the request are wrong.
 */
export interface BadRequest {
  /**
   * Every violation that was found.
   */
  'fieldViolations'?: (_google_rpc_BadRequest_FieldViolation)[];
}

/**
 * Which parts of the request are wrong.
 */
export interface BadRequest__Output {
  /**
   * Every violation that was found.
   */
  'fieldViolations': (_google_rpc_BadRequest_FieldViolation__Output)[];
}
