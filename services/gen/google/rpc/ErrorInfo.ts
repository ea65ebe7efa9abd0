// Original file: google/rpc/error_details.proto


/**
 * Which failure it is, for programs.
 */
export interface ErrorInfo {
  /**
   * A name of scoremesh.error.v1.Reason without its prefix, e.g. MODEL_NOT_FOUND.
   */
  'reason'?: (string);
  /**
   * Always "scoremesh".
   */
  'domain'?: (string);
  /**
   * Facts about this occurrence, e.g. the model's name.
   */
  'metadata'?: ({[key: string]: string});
}

/**
 * Which failure it is, for programs.
 */
export interface ErrorInfo__Output {
  /**
   * A name of scoremesh.error.v1.Reason without its prefix, e.g. MODEL_NOT_FOUND.
   */
  'reason': (string);
  /**
   * Always "scoremesh".
   */
  'domain': (string);
  /**
   * Facts about this occurrence, e.g. the model's name.
   */
  'metadata': ({[key: string]: string});
}
