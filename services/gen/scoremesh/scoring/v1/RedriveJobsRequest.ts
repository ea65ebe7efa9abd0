// Original file: scoremesh/scoring/v1/job.proto


/**
 * Which dead letters.
 */
export interface RedriveJobsRequest {
  /**
   * Empty for "default".
   */
  'tenant'?: (string);
  /**
   * Those of this model; empty for all.
   */
  'model'?: (string);
  /**
   * These jobs; empty for all.
   */
  'jobIds'?: (string)[];
  /**
   * Most that are submitted; 0 for 1000.
   */
  'limit'?: (number);
}

/**
 * Which dead letters.
 */
export interface RedriveJobsRequest__Output {
  /**
   * Empty for "default".
   */
  'tenant': (string);
  /**
   * Those of this model; empty for all.
   */
  'model': (string);
  /**
   * These jobs; empty for all.
   */
  'jobIds': (string)[];
  /**
   * Most that are submitted; 0 for 1000.
   */
  'limit': (number);
}
