// Original file: scoremesh/feature/v1/feature_service.proto

import type { Value as _scoremesh_scoring_v1_Value, Value__Output as _scoremesh_scoring_v1_Value__Output } from '../../../scoremesh/scoring/v1/Value.ts';

/**
 * One row.
 */
export interface EntityRow {
  /**
   * Key field to key, e.g. origin=ORD. Every key field of every view in the set must be there, unless the set derives it; others are
   * ignored.
   */
  'entities'?: ({[key: string]: string});
  /**
   * The request inputs that the set's transforms read.
   */
  'inputs'?: ({[key: string]: _scoremesh_scoring_v1_Value});
  /**
   * The row's own moment, in place of the request's as_of_event_time.
   */
  'asOfEventTime'?: (number | string);
  '_asOfEventTime'?: "asOfEventTime";
}

/**
 * One row.
 */
export interface EntityRow__Output {
  /**
   * Key field to key, e.g. origin=ORD. Every key field of every view in the set must be there, unless the set derives it; others are
   * ignored.
   */
  'entities': ({[key: string]: string});
  /**
   * The request inputs that the set's transforms read.
   */
  'inputs': ({[key: string]: _scoremesh_scoring_v1_Value__Output});
  /**
   * The row's own moment, in place of the request's as_of_event_time.
   */
  'asOfEventTime'?: (number);
  '_asOfEventTime'?: "asOfEventTime";
}
