// Original file: scoremesh/audit/v1/record.proto


/**
 * Refusals of one second that were alike.
 */
export interface RefusalSummary {
  /**
   * The second, Unix time.
   */
  'second'?: (number | string);
  /**
   * gRPC status code.
   */
  'code'?: (number);
  /**
   * Name of scoremesh.error.v1.Reason without its prefix.
   */
  'reason'?: (string);
  /**
   * The model asked for; empty if none could be read.
   */
  'model'?: (string);
  /**
   * How many.
   */
  'count'?: (number);
}

/**
 * Refusals of one second that were alike.
 */
export interface RefusalSummary__Output {
  /**
   * The second, Unix time.
   */
  'second': (number);
  /**
   * gRPC status code.
   */
  'code': (number);
  /**
   * Name of scoremesh.error.v1.Reason without its prefix.
   */
  'reason': (string);
  /**
   * The model asked for; empty if none could be read.
   */
  'model': (string);
  /**
   * How many.
   */
  'count': (number);
}
