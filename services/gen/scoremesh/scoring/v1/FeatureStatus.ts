// Original file: scoremesh/scoring/v1/scoring_service.proto

/**
 * How a feature was found.
 */
export const FeatureStatus = {
  /**
   * Never sent.
   */
  FEATURE_STATUS_UNSPECIFIED: 'FEATURE_STATUS_UNSPECIFIED',
  /**
   * A value within its maximum age.
   */
  FEATURE_STATUS_PRESENT: 'FEATURE_STATUS_PRESENT',
  /**
   * The row exists and holds null.
   */
  FEATURE_STATUS_NULL_VALUE: 'FEATURE_STATUS_NULL_VALUE',
  /**
   * There is no row for this entity.
   */
  FEATURE_STATUS_NOT_FOUND: 'FEATURE_STATUS_NOT_FOUND',
  /**
   * The row is older than the view's maximum age; its value was not used.
   */
  FEATURE_STATUS_OUTSIDE_MAX_AGE: 'FEATURE_STATUS_OUTSIDE_MAX_AGE',
} as const;

/**
 * How a feature was found.
 */
export type FeatureStatus =
  /**
   * Never sent.
   */
  | 'FEATURE_STATUS_UNSPECIFIED'
  | 0
  /**
   * A value within its maximum age.
   */
  | 'FEATURE_STATUS_PRESENT'
  | 1
  /**
   * The row exists and holds null.
   */
  | 'FEATURE_STATUS_NULL_VALUE'
  | 2
  /**
   * There is no row for this entity.
   */
  | 'FEATURE_STATUS_NOT_FOUND'
  | 3
  /**
   * The row is older than the view's maximum age; its value was not used.
   */
  | 'FEATURE_STATUS_OUTSIDE_MAX_AGE'
  | 4

/**
 * How a feature was found.
 */
export type FeatureStatus__Output = typeof FeatureStatus[keyof typeof FeatureStatus]
