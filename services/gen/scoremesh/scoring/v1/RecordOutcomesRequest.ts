// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { Outcome as _scoremesh_scoring_v1_Outcome, Outcome__Output as _scoremesh_scoring_v1_Outcome__Output } from '../../../scoremesh/scoring/v1/Outcome.ts';

/**
 * Truths that arrived.
 */
export interface RecordOutcomesRequest {
  /**
   * 1 to 1000 outcomes.
   */
  'outcomes'?: (_scoremesh_scoring_v1_Outcome)[];
}

/**
 * Truths that arrived.
 */
export interface RecordOutcomesRequest__Output {
  /**
   * 1 to 1000 outcomes.
   */
  'outcomes': (_scoremesh_scoring_v1_Outcome__Output)[];
}
