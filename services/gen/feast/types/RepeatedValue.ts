// Original file: feast/types/Value.proto

import type { Value as _feast_types_Value, Value__Output as _feast_types_Value__Output } from '../../feast/types/Value.ts';

/**
 * A column of values.
 */
export interface RepeatedValue {
  /**
   * One for each row.
   */
  'val'?: (_feast_types_Value)[];
}

/**
 * A column of values.
 */
export interface RepeatedValue__Output {
  /**
   * One for each row.
   */
  'val': (_feast_types_Value__Output)[];
}
