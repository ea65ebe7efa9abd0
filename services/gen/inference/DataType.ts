// Original file: inference/model_config.proto

/**
 * Types of elements.
 */
export const DataType = {
  /**
   * Never sent.
   */
  TYPE_INVALID: 'TYPE_INVALID',
  /**
   * One byte, 0 or 1.
   */
  TYPE_BOOL: 'TYPE_BOOL',
  /**
   * Unsigned, 8 bits.
   */
  TYPE_UINT8: 'TYPE_UINT8',
  /**
   * Unsigned, 16 bits.
   */
  TYPE_UINT16: 'TYPE_UINT16',
  /**
   * Unsigned, 32 bits.
   */
  TYPE_UINT32: 'TYPE_UINT32',
  /**
   * Unsigned, 64 bits.
   */
  TYPE_UINT64: 'TYPE_UINT64',
  /**
   * Signed, 8 bits.
   */
  TYPE_INT8: 'TYPE_INT8',
  /**
   * Signed, 16 bits.
   */
  TYPE_INT16: 'TYPE_INT16',
  /**
   * Signed, 32 bits.
   */
  TYPE_INT32: 'TYPE_INT32',
  /**
   * Signed, 64 bits.
   */
  TYPE_INT64: 'TYPE_INT64',
  /**
   * IEEE 754 binary16.
   */
  TYPE_FP16: 'TYPE_FP16',
  /**
   * IEEE 754 binary32.
   */
  TYPE_FP32: 'TYPE_FP32',
  /**
   * IEEE 754 binary64.
   */
  TYPE_FP64: 'TYPE_FP64',
  /**
   * BYTES in the protocol.
   */
  TYPE_STRING: 'TYPE_STRING',
  /**
   * bfloat16.
   */
  TYPE_BF16: 'TYPE_BF16',
} as const;

/**
 * Types of elements.
 */
export type DataType =
  /**
   * Never sent.
   */
  | 'TYPE_INVALID'
  | 0
  /**
   * One byte, 0 or 1.
   */
  | 'TYPE_BOOL'
  | 1
  /**
   * Unsigned, 8 bits.
   */
  | 'TYPE_UINT8'
  | 2
  /**
   * Unsigned, 16 bits.
   */
  | 'TYPE_UINT16'
  | 3
  /**
   * Unsigned, 32 bits.
   */
  | 'TYPE_UINT32'
  | 4
  /**
   * Unsigned, 64 bits.
   */
  | 'TYPE_UINT64'
  | 5
  /**
   * Signed, 8 bits.
   */
  | 'TYPE_INT8'
  | 6
  /**
   * Signed, 16 bits.
   */
  | 'TYPE_INT16'
  | 7
  /**
   * Signed, 32 bits.
   */
  | 'TYPE_INT32'
  | 8
  /**
   * Signed, 64 bits.
   */
  | 'TYPE_INT64'
  | 9
  /**
   * IEEE 754 binary16.
   */
  | 'TYPE_FP16'
  | 10
  /**
   * IEEE 754 binary32.
   */
  | 'TYPE_FP32'
  | 11
  /**
   * IEEE 754 binary64.
   */
  | 'TYPE_FP64'
  | 12
  /**
   * BYTES in the protocol.
   */
  | 'TYPE_STRING'
  | 13
  /**
   * bfloat16.
   */
  | 'TYPE_BF16'
  | 14

/**
 * Types of elements.
 */
export type DataType__Output = typeof DataType[keyof typeof DataType]
