// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { ScoreRequest as _scoremesh_scoring_v1_ScoreRequest, ScoreRequest__Output as _scoremesh_scoring_v1_ScoreRequest__Output } from '../../../scoremesh/scoring/v1/ScoreRequest.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * One request of a stream.
 */
export interface ScoreStreamRequest {
  /**
   * Chosen by the caller, returned with the answer; need not be ordered or unique.
   */
  'sequence'?: (number | string | Long);
  /**
   * What to score.
   */
  'request'?: (_scoremesh_scoring_v1_ScoreRequest | null);
}

/**
 * One request of a stream.
 */
export interface ScoreStreamRequest__Output {
  /**
   * Chosen by the caller, returned with the answer; need not be ordered or unique.
   */
  'sequence': (string);
  /**
   * What to score.
   */
  'request': (_scoremesh_scoring_v1_ScoreRequest__Output | null);
}
