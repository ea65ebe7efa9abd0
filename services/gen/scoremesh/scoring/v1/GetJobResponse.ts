// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { Job as _scoremesh_scoring_v1_Job, Job__Output as _scoremesh_scoring_v1_Job__Output } from '../../../scoremesh/scoring/v1/Job.ts';

/**
 * The job.
 */
export interface GetJobResponse {
  /**
   * Where it stands.
   */
  'job'?: (_scoremesh_scoring_v1_Job | null);
}

/**
 * The job.
 */
export interface GetJobResponse__Output {
  /**
   * Where it stands.
   */
  'job': (_scoremesh_scoring_v1_Job__Output | null);
}
