// Original file: scoremesh/feature/v1/declaration.proto


/**
 * A field of a stream.
 */
export interface Field {
  /**
   * The field's name.
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
  /**
   * Whether an event without it goes to the quarantine.
   */
  'required'?: (boolean);
}

/**
 * A field of a stream.
 */
export interface Field__Output {
  /**
   * The field's name.
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
  /**
   * Whether an event without it goes to the quarantine.
   */
  'required': (boolean);
}
