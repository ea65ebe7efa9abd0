// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { Value as _scoremesh_scoring_v1_Value, Value__Output as _scoremesh_scoring_v1_Value__Output } from '../../../scoremesh/scoring/v1/Value.ts';
import type { FeatureStatus as _scoremesh_scoring_v1_FeatureStatus, FeatureStatus__Output as _scoremesh_scoring_v1_FeatureStatus__Output } from '../../../scoremesh/scoring/v1/FeatureStatus.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * One feature as it was served.
 */
export interface FeatureValue {
  /**
   * "view.feature".
   */
  'name'?: (string);
  /**
   * The value that was used; absent unless PRESENT.
   */
  'value'?: (_scoremesh_scoring_v1_Value | null);
  /**
   * How it was found.
   */
  'status'?: (_scoremesh_scoring_v1_FeatureStatus);
  /**
   * When it happened; absent if NOT_FOUND.
   */
  'eventTime'?: (_google_protobuf_Timestamp | null);
  /**
   * When the mesh learnt it; absent if NOT_FOUND.
   */
  'ingestTime'?: (_google_protobuf_Timestamp | null);
  /**
   * Milliseconds from event time to the read; 0 if NOT_FOUND.
   */
  'ageMs'?: (number | string | Long);
}

/**
 * One feature as it was served.
 */
export interface FeatureValue__Output {
  /**
   * "view.feature".
   */
  'name': (string);
  /**
   * The value that was used; absent unless PRESENT.
   */
  'value': (_scoremesh_scoring_v1_Value__Output | null);
  /**
   * How it was found.
   */
  'status': (_scoremesh_scoring_v1_FeatureStatus__Output);
  /**
   * When it happened; absent if NOT_FOUND.
   */
  'eventTime': (_google_protobuf_Timestamp__Output | null);
  /**
   * When the mesh learnt it; absent if NOT_FOUND.
   */
  'ingestTime': (_google_protobuf_Timestamp__Output | null);
  /**
   * Milliseconds from event time to the read; 0 if NOT_FOUND.
   */
  'ageMs': (string);
}
