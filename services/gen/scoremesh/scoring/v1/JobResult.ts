// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { JobState as _scoremesh_scoring_v1_JobState, JobState__Output as _scoremesh_scoring_v1_JobState__Output } from '../../../scoremesh/scoring/v1/JobState.ts';
import type { ScoreResponse as _scoremesh_scoring_v1_ScoreResponse, ScoreResponse__Output as _scoremesh_scoring_v1_ScoreResponse__Output } from '../../../scoremesh/scoring/v1/ScoreResponse.ts';
import type { Status as _google_rpc_Status, Status__Output as _google_rpc_Status__Output } from '../../../google/rpc/Status.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../../google/protobuf/Timestamp.ts';

/**
 * How a job ended. Exactly one is kept for each job.
 */
export interface JobResult {
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
   * SUCCEEDED, FAILED, DEAD, CANCELLED or EXPIRED.
   */
  'state'?: (_scoremesh_scoring_v1_JobState);
  /**
   * The answer of a job that succeeded, with its receipt.
   */
  'response'?: (_scoremesh_scoring_v1_ScoreResponse | null);
  /**
   * Why there is none, with the same details as a synchronous call's.
   */
  'error'?: (_google_rpc_Status | null);
  /**
   * Attempts that were begun at scoring it, or at reading its payload from the bucket; 0 for a job that ended before the first, as one
   * that can't be read, was cancelled or had expired. A delivery to a worker that ended or stopped before it could begin counts as well,
   * because nobody remembers.
   */
  'attempts'?: (number);
  /**
   * When JetStream took the job.
   */
  'submittedAt'?: (_google_protobuf_Timestamp | null);
  /**
   * When the last attempt began; absent where the worker that ended the job began none.
   */
  'startedAt'?: (_google_protobuf_Timestamp | null);
  /**
   * When it ended.
   */
  'endedAt'?: (_google_protobuf_Timestamp | null);
  /**
   * W3C trace id of the job, 32 hexadecimal digits; empty if none.
   */
  'traceId'?: (string);
}

/**
 * How a job ended. Exactly one is kept for each job.
 */
export interface JobResult__Output {
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
   * SUCCEEDED, FAILED, DEAD, CANCELLED or EXPIRED.
   */
  'state': (_scoremesh_scoring_v1_JobState__Output);
  /**
   * The answer of a job that succeeded, with its receipt.
   */
  'response': (_scoremesh_scoring_v1_ScoreResponse__Output | null);
  /**
   * Why there is none, with the same details as a synchronous call's.
   */
  'error': (_google_rpc_Status__Output | null);
  /**
   * Attempts that were begun at scoring it, or at reading its payload from the bucket; 0 for a job that ended before the first, as one
   * that can't be read, was cancelled or had expired. A delivery to a worker that ended or stopped before it could begin counts as well,
   * because nobody remembers.
   */
  'attempts': (number);
  /**
   * When JetStream took the job.
   */
  'submittedAt': (_google_protobuf_Timestamp__Output | null);
  /**
   * When the last attempt began; absent where the worker that ended the job began none.
   */
  'startedAt': (_google_protobuf_Timestamp__Output | null);
  /**
   * When it ended.
   */
  'endedAt': (_google_protobuf_Timestamp__Output | null);
  /**
   * W3C trace id of the job, 32 hexadecimal digits; empty if none.
   */
  'traceId': (string);
}
