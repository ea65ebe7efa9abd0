// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { Job as _scoremesh_scoring_v1_Job, Job__Output as _scoremesh_scoring_v1_Job__Output } from '../../../scoremesh/scoring/v1/Job.ts';

/**
 * A change.
 */
export interface WatchJobResponse {
  /**
   * Where it stands now.
   */
  'job'?: (_scoremesh_scoring_v1_Job | null);
}

/**
 * A change.
 */
export interface WatchJobResponse__Output {
  /**
   * Where it stands now.
   */
  'job': (_scoremesh_scoring_v1_Job__Output | null);
}
