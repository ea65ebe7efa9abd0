// Original file: scoremesh/scoring/v1/job.proto


/**
 * Which job.
 */
export interface WatchJobRequest {
  /**
   * Empty for "default".
   */
  'tenant'?: (string);
  /**
   * The job.
   */
  'jobId'?: (string);
}

/**
 * Which job.
 */
export interface WatchJobRequest__Output {
  /**
   * Empty for "default".
   */
  'tenant': (string);
  /**
   * The job.
   */
  'jobId': (string);
}
