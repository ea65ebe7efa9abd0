// Original file: scoremesh/scoring/v1/job.proto


/**
 * What was submitted again.
 */
export interface RedriveJobsResponse {
  /**
   * Jobs that wait again.
   */
  'redriven'?: (number);
  /**
   * Whether there are more.
   */
  'more'?: (boolean);
}

/**
 * What was submitted again.
 */
export interface RedriveJobsResponse__Output {
  /**
   * Jobs that wait again.
   */
  'redriven': (number);
  /**
   * Whether there are more.
   */
  'more': (boolean);
}
