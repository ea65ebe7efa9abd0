// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { Value as _scoremesh_scoring_v1_Value, Value__Output as _scoremesh_scoring_v1_Value__Output } from '../../../scoremesh/scoring/v1/Value.ts';

/**
 * What to answer again.
 */
export interface ReplayRequest {
  /**
   * The prediction, or the record id of a ModelInfer.
   */
  'predictionId'?: (string);
  /**
   * Also reads the features again, as of the recorded moments, and reports what differs from the record. Default false.
   */
  'readFeatures'?: (boolean);
  /**
   * Request inputs ("name") and features ("view.feature") to change, for a "what if". Empty for a plain replay.
   */
  'changes'?: ({[key: string]: _scoremesh_scoring_v1_Value});
}

/**
 * What to answer again.
 */
export interface ReplayRequest__Output {
  /**
   * The prediction, or the record id of a ModelInfer.
   */
  'predictionId': (string);
  /**
   * Also reads the features again, as of the recorded moments, and reports what differs from the record. Default false.
   */
  'readFeatures': (boolean);
  /**
   * Request inputs ("name") and features ("view.feature") to change, for a "what if". Empty for a plain replay.
   */
  'changes': ({[key: string]: _scoremesh_scoring_v1_Value__Output});
}
