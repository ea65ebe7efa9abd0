// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { JobLane as _scoremesh_scoring_v1_JobLane, JobLane__Output as _scoremesh_scoring_v1_JobLane__Output } from '../../../scoremesh/scoring/v1/JobLane.ts';
import type { ScoreRequest as _scoremesh_scoring_v1_ScoreRequest, ScoreRequest__Output as _scoremesh_scoring_v1_ScoreRequest__Output } from '../../../scoremesh/scoring/v1/ScoreRequest.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../../google/protobuf/Timestamp.ts';

/**
 * A job.
 */
export interface SubmitJobRequest {
  /**
   * Whose it is, at most 64 of A-Z a-z 0-9 _ -; empty for "default".
   */
  'tenant'?: (string);
  /**
   * Idempotency key, at most 128 of A-Z a-z 0-9 _ -; empty for a new one.
   */
  'jobId'?: (string);
  /**
   * Who goes first.
   */
  'lane'?: (_scoremesh_scoring_v1_JobLane);
  /**
   * What to score. A request_id is not taken: the job_id is the idempotency key.
   */
  'request'?: (_scoremesh_scoring_v1_ScoreRequest | null);
  /**
   * The moment after which nobody wants the result; absent for none.
   */
  'deadline'?: (_google_protobuf_Timestamp | null);
}

/**
 * A job.
 */
export interface SubmitJobRequest__Output {
  /**
   * Whose it is, at most 64 of A-Z a-z 0-9 _ -; empty for "default".
   */
  'tenant': (string);
  /**
   * Idempotency key, at most 128 of A-Z a-z 0-9 _ -; empty for a new one.
   */
  'jobId': (string);
  /**
   * Who goes first.
   */
  'lane': (_scoremesh_scoring_v1_JobLane__Output);
  /**
   * What to score. A request_id is not taken: the job_id is the idempotency key.
   */
  'request': (_scoremesh_scoring_v1_ScoreRequest__Output | null);
  /**
   * The moment after which nobody wants the result; absent for none.
   */
  'deadline': (_google_protobuf_Timestamp__Output | null);
}
