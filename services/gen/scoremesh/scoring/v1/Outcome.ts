// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { Value as _scoremesh_scoring_v1_Value, Value__Output as _scoremesh_scoring_v1_Value__Output } from '../../../scoremesh/scoring/v1/Value.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../../google/protobuf/Timestamp.ts';

/**
 * One truth.
 */
export interface Outcome {
  /**
   * The prediction it belongs to; empty with request_id.
   */
  'predictionId'?: (string);
  /**
   * The truth by name, e.g. late=true.
   */
  'values'?: ({[key: string]: _scoremesh_scoring_v1_Value});
  /**
   * When it became true; absent for now.
   */
  'occurredAt'?: (_google_protobuf_Timestamp | null);
  /**
   * The caller's request_id of the prediction it belongs to; used when prediction_id is empty. An outcome of a request that the log does
   * not have is kept aside: to be joined it has to be sent again once the prediction is there.
   */
  'requestId'?: (string);
}

/**
 * One truth.
 */
export interface Outcome__Output {
  /**
   * The prediction it belongs to; empty with request_id.
   */
  'predictionId': (string);
  /**
   * The truth by name, e.g. late=true.
   */
  'values': ({[key: string]: _scoremesh_scoring_v1_Value__Output});
  /**
   * When it became true; absent for now.
   */
  'occurredAt': (_google_protobuf_Timestamp__Output | null);
  /**
   * The caller's request_id of the prediction it belongs to; used when prediction_id is empty. An outcome of a request that the log does
   * not have is kept aside: to be joined it has to be sent again once the prediction is there.
   */
  'requestId': (string);
}
