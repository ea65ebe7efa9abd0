// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { Job as _scoremesh_scoring_v1_Job, Job__Output as _scoremesh_scoring_v1_Job__Output } from '../../../scoremesh/scoring/v1/Job.ts';

/**
 * A page of jobs.
 */
export interface ListJobsResponse {
  /**
   * Those that have not ended first, each oldest first. Of a result over the message limit of NATS the response is left out: GetJob has it.
   */
  'jobs'?: (_scoremesh_scoring_v1_Job)[];
  /**
   * For the next page; empty at the end.
   */
  'nextPageToken'?: (string);
}

/**
 * A page of jobs.
 */
export interface ListJobsResponse__Output {
  /**
   * Those that have not ended first, each oldest first. Of a result over the message limit of NATS the response is left out: GetJob has it.
   */
  'jobs': (_scoremesh_scoring_v1_Job__Output)[];
  /**
   * For the next page; empty at the end.
   */
  'nextPageToken': (string);
}
