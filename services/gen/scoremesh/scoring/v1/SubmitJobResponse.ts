// Original file: scoremesh/scoring/v1/scoring_service.proto


/**
 * What was accepted.
 */
export interface SubmitJobResponse {
  /**
   * The job.
   */
  'jobId'?: (string);
  /**
   * Whether it was known already: nothing was submitted.
   */
  'duplicate'?: (boolean);
}

/**
 * What was accepted.
 */
export interface SubmitJobResponse__Output {
  /**
   * The job.
   */
  'jobId': (string);
  /**
   * Whether it was known already: nothing was submitted.
   */
  'duplicate': (boolean);
}
