// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { ScoreResponse as _scoremesh_scoring_v1_ScoreResponse, ScoreResponse__Output as _scoremesh_scoring_v1_ScoreResponse__Output } from '../../../scoremesh/scoring/v1/ScoreResponse.ts';
import type { Status as _google_rpc_Status, Status__Output as _google_rpc_Status__Output } from '../../../google/rpc/Status.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * One answer of a stream.
 */
export interface ScoreStreamResponse {
  /**
   * The request's sequence.
   */
  'sequence'?: (number | string | Long);
  /**
   * The answer.
   */
  'response'?: (_scoremesh_scoring_v1_ScoreResponse | null);
  /**
   * The refusal, with the same details as a unary call's.
   */
  'error'?: (_google_rpc_Status | null);
  /**
   * The answer or why there is none.
   */
  'result'?: "response"|"error";
}

/**
 * One answer of a stream.
 */
export interface ScoreStreamResponse__Output {
  /**
   * The request's sequence.
   */
  'sequence': (string);
  /**
   * The answer.
   */
  'response'?: (_scoremesh_scoring_v1_ScoreResponse__Output | null);
  /**
   * The refusal, with the same details as a unary call's.
   */
  'error'?: (_google_rpc_Status__Output | null);
  /**
   * The answer or why there is none.
   */
  'result'?: "response"|"error";
}
