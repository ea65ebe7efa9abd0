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
  /**
   * Dead letters that this call passed over because they name no job: their messages had no usable Nats-Msg-Id. They stay; 0 for none.
   */
  'unnamed'?: (number);
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
  /**
   * Dead letters that this call passed over because they name no job: their messages had no usable Nats-Msg-Id. They stay; 0 for none.
   */
  'unnamed': (number);
}
