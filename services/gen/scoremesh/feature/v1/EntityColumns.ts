// Original file: scoremesh/feature/v1/feature_service.proto

import type { KeyColumn as _scoremesh_feature_v1_KeyColumn, KeyColumn__Output as _scoremesh_feature_v1_KeyColumn__Output } from '../../../scoremesh/feature/v1/KeyColumn.ts';
import type { InputColumn as _scoremesh_feature_v1_InputColumn, InputColumn__Output as _scoremesh_feature_v1_InputColumn__Output } from '../../../scoremesh/feature/v1/InputColumn.ts';

/**
 * Rows, column by column.
 */
export interface EntityColumns {
  /**
   * 1 to 10000 rows.
   */
  'rows'?: (number);
  /**
   * One for each key field, as in EntityRow.entities.
   */
  'keys'?: (_scoremesh_feature_v1_KeyColumn)[];
  /**
   * One for each request input, as in EntityRow.inputs.
   */
  'inputs'?: (_scoremesh_feature_v1_InputColumn)[];
  /**
   * Each row's own moment in place of the request's as_of_event_time: Unix ms as float64 little-endian; empty if no row has one.
   */
  'asOfEventTimes'?: (Buffer | Uint8Array | string);
}

/**
 * Rows, column by column.
 */
export interface EntityColumns__Output {
  /**
   * 1 to 10000 rows.
   */
  'rows': (number);
  /**
   * One for each key field, as in EntityRow.entities.
   */
  'keys': (_scoremesh_feature_v1_KeyColumn__Output)[];
  /**
   * One for each request input, as in EntityRow.inputs.
   */
  'inputs': (_scoremesh_feature_v1_InputColumn__Output)[];
  /**
   * Each row's own moment in place of the request's as_of_event_time: Unix ms as float64 little-endian; empty if no row has one.
   */
  'asOfEventTimes': (Buffer);
}
