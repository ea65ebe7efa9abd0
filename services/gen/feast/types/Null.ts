// Original file: feast/types/Value.proto

/**
 * The one null.
 */
export const Null = {
  /**
   * Null.
   */
  NULL: 'NULL',
} as const;

/**
 * The one null.
 */
export type Null =
  /**
   * Null.
   */
  | 'NULL'
  | 0

/**
 * The one null.
 */
export type Null__Output = typeof Null[keyof typeof Null]
