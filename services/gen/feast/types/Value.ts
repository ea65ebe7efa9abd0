// Original file: feast/types/Value.proto

import type { Null as _feast_types_Null, Null__Output as _feast_types_Null__Output } from '../../feast/types/Null.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * One value, or none.
 */
export interface Value {
  /**
   * Bytes.
   */
  'bytesVal'?: (Buffer | Uint8Array | string);
  /**
   * UTF-8 text.
   */
  'stringVal'?: (string);
  /**
   * A signed 32-bit integer.
   */
  'int32Val'?: (number);
  /**
   * A signed 64-bit integer.
   */
  'int64Val'?: (number | string | Long);
  /**
   * A double.
   */
  'doubleVal'?: (number | string);
  /**
   * A float.
   */
  'floatVal'?: (number | string);
  /**
   * A boolean.
   */
  'boolVal'?: (boolean);
  /**
   * A moment, Unix seconds.
   */
  'unixTimestampVal'?: (number | string | Long);
  /**
   * Null, said outright.
   */
  'nullVal'?: (_feast_types_Null);
  /**
   * At most one; none means null.
   */
  'val'?: "bytesVal"|"stringVal"|"int32Val"|"int64Val"|"doubleVal"|"floatVal"|"boolVal"|"unixTimestampVal"|"nullVal";
}

/**
 * One value, or none.
 */
export interface Value__Output {
  /**
   * Bytes.
   */
  'bytesVal'?: (Buffer);
  /**
   * UTF-8 text.
   */
  'stringVal'?: (string);
  /**
   * A signed 32-bit integer.
   */
  'int32Val'?: (number);
  /**
   * A signed 64-bit integer.
   */
  'int64Val'?: (string);
  /**
   * A double.
   */
  'doubleVal'?: (number);
  /**
   * A float.
   */
  'floatVal'?: (number);
  /**
   * A boolean.
   */
  'boolVal'?: (boolean);
  /**
   * A moment, Unix seconds.
   */
  'unixTimestampVal'?: (string);
  /**
   * Null, said outright.
   */
  'nullVal'?: (_feast_types_Null__Output);
  /**
   * At most one; none means null.
   */
  'val'?: "bytesVal"|"stringVal"|"int32Val"|"int64Val"|"doubleVal"|"floatVal"|"boolVal"|"unixTimestampVal"|"nullVal";
}
