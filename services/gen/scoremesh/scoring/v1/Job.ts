// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { JobLane as _scoremesh_scoring_v1_JobLane, JobLane__Output as _scoremesh_scoring_v1_JobLane__Output } from '../../../scoremesh/scoring/v1/JobLane.ts';
import type { JobState as _scoremesh_scoring_v1_JobState, JobState__Output as _scoremesh_scoring_v1_JobState__Output } from '../../../scoremesh/scoring/v1/JobState.ts';
import type { JobResult as _scoremesh_scoring_v1_JobResult, JobResult__Output as _scoremesh_scoring_v1_JobResult__Output } from '../../../scoremesh/scoring/v1/JobResult.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../../google/protobuf/Timestamp.ts';

/**
 * Where a job stands.
 */
export interface Job {
  /**
   * The job.
   */
  'jobId'?: (string);
  /**
   * Its tenant.
   */
  'tenant'?: (string);
  /**
   * As in its subject.
   */
  'model'?: (string);
  /**
   * Who goes first.
   */
  'lane'?: (_scoremesh_scoring_v1_JobLane);
  /**
   * Where it stands.
   */
  'state'?: (_scoremesh_scoring_v1_JobState);
  /**
   * Whether somebody asked for it not to be scored.
   */
  'cancelRequested'?: (boolean);
  /**
   * How it ended; absent until then.
   */
  'result'?: (_scoremesh_scoring_v1_JobResult | null);
  /**
   * When JetStream took it; absent if that is not known any more.
   */
  'submittedAt'?: (_google_protobuf_Timestamp | null);
}

/**
 * Where a job stands.
 */
export interface Job__Output {
  /**
   * The job.
   */
  'jobId': (string);
  /**
   * Its tenant.
   */
  'tenant': (string);
  /**
   * As in its subject.
   */
  'model': (string);
  /**
   * Who goes first.
   */
  'lane': (_scoremesh_scoring_v1_JobLane__Output);
  /**
   * Where it stands.
   */
  'state': (_scoremesh_scoring_v1_JobState__Output);
  /**
   * Whether somebody asked for it not to be scored.
   */
  'cancelRequested': (boolean);
  /**
   * How it ended; absent until then.
   */
  'result': (_scoremesh_scoring_v1_JobResult__Output | null);
  /**
   * When JetStream took it; absent if that is not known any more.
   */
  'submittedAt': (_google_protobuf_Timestamp__Output | null);
}
