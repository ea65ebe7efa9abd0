// Original file: scoremesh/feature/v1/feature_service.proto

import type { Value as _scoremesh_scoring_v1_Value, Value__Output as _scoremesh_scoring_v1_Value__Output } from '../../../scoremesh/scoring/v1/Value.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../../google/protobuf/Timestamp.ts';

/**
 * The values of one entity in one view at one moment.
 */
export interface FeatureRow {
  /**
   * The view's name.
   */
  'view'?: (string);
  /**
   * Each key field of the view and its key, e.g. origin=ORD; at most 256 characters each.
   */
  'keys'?: ({[key: string]: string});
  /**
   * Values by feature name. A feature that is left out or whose value is unset is null.
   */
  'values'?: ({[key: string]: _scoremesh_scoring_v1_Value});
  /**
   * When it happened; absent for now. At most 5 minutes in the future.
   */
  'eventTime'?: (_google_protobuf_Timestamp | null);
}

/**
 * The values of one entity in one view at one moment.
 */
export interface FeatureRow__Output {
  /**
   * The view's name.
   */
  'view': (string);
  /**
   * Each key field of the view and its key, e.g. origin=ORD; at most 256 characters each.
   */
  'keys': ({[key: string]: string});
  /**
   * Values by feature name. A feature that is left out or whose value is unset is null.
   */
  'values': ({[key: string]: _scoremesh_scoring_v1_Value__Output});
  /**
   * When it happened; absent for now. At most 5 minutes in the future.
   */
  'eventTime': (_google_protobuf_Timestamp__Output | null);
}
