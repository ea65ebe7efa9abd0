// Original file: scoremesh/scoring/v1/job.proto

import type { JobState as _scoremesh_scoring_v1_JobState, JobState__Output as _scoremesh_scoring_v1_JobState__Output } from '../../../scoremesh/scoring/v1/JobState.ts';

/**
 * Which jobs.
 */
export interface ListJobsRequest {
  /**
   * Empty for "default".
   */
  'tenant'?: (string);
  /**
   * Those in this state; unspecified for all.
   */
  'state'?: (_scoremesh_scoring_v1_JobState);
  /**
   * 1 to 1000; 0 for 100.
   */
  'pageSize'?: (number);
  /**
   * next_page_token of the page before; empty for the first.
   */
  'pageToken'?: (string);
}

/**
 * Which jobs.
 */
export interface ListJobsRequest__Output {
  /**
   * Empty for "default".
   */
  'tenant': (string);
  /**
   * Those in this state; unspecified for all.
   */
  'state': (_scoremesh_scoring_v1_JobState__Output);
  /**
   * 1 to 1000; 0 for 100.
   */
  'pageSize': (number);
  /**
   * next_page_token of the page before; empty for the first.
   */
  'pageToken': (string);
}
