// Original file: scoremesh/feature/v1/feature_service.proto

import type { Value as _scoremesh_scoring_v1_Value, Value__Output as _scoremesh_scoring_v1_Value__Output } from '../../../scoremesh/scoring/v1/Value.ts';

/**
 * A request input of all rows.
 */
export interface InputColumn {
  /**
   * The input, e.g. "minute_of_day".
   */
  'name'?: (string);
  /**
   * The value of each row; without a kind where the row has none.
   */
  'values'?: (_scoremesh_scoring_v1_Value)[];
}

/**
 * A request input of all rows.
 */
export interface InputColumn__Output {
  /**
   * The input, e.g. "minute_of_day".
   */
  'name': (string);
  /**
   * The value of each row; without a kind where the row has none.
   */
  'values': (_scoremesh_scoring_v1_Value__Output)[];
}
