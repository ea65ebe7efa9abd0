// Original file: feast/serving/ServingService.proto

/**
 * What a value is.
 */
export const FieldStatus = {
  /**
   * Never sent.
   */
  INVALID: 'INVALID',
  /**
   * It is there, and within its maximum age.
   */
  PRESENT: 'PRESENT',
  /**
   * The entity is known, and the value is null.
   */
  NULL_VALUE: 'NULL_VALUE',
  /**
   * Nothing is known of the entity.
   */
  NOT_FOUND: 'NOT_FOUND',
  /**
   * It is there, and too old.
   */
  OUTSIDE_MAX_AGE: 'OUTSIDE_MAX_AGE',
} as const;

/**
 * What a value is.
 */
export type FieldStatus =
  /**
   * Never sent.
   */
  | 'INVALID'
  | 0
  /**
   * It is there, and within its maximum age.
   */
  | 'PRESENT'
  | 1
  /**
   * The entity is known, and the value is null.
   */
  | 'NULL_VALUE'
  | 2
  /**
   * Nothing is known of the entity.
   */
  | 'NOT_FOUND'
  | 3
  /**
   * It is there, and too old.
   */
  | 'OUTSIDE_MAX_AGE'
  | 4

/**
 * What a value is.
 */
export type FieldStatus__Output = typeof FieldStatus[keyof typeof FieldStatus]
