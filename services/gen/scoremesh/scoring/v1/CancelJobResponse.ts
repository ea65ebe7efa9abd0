// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { Job as _scoremesh_scoring_v1_Job, Job__Output as _scoremesh_scoring_v1_Job__Output } from '../../../scoremesh/scoring/v1/Job.ts';

/**
 * What became of it.
 */
export interface CancelJobResponse {
  /**
   * Where it stands: ended, or with cancel_requested.
   */
  'job'?: (_scoremesh_scoring_v1_Job | null);
}

/**
 * What became of it.
 */
export interface CancelJobResponse__Output {
  /**
   * Where it stands: ended, or with cancel_requested.
   */
  'job': (_scoremesh_scoring_v1_Job__Output | null);
}
