// Original file: scoremesh/audit/v1/audit_service.proto

/**
 * Whether it is known what turned out true.
 */
export const OutcomeState = {
  /**
   * Any.
   */
  OUTCOME_STATE_UNSPECIFIED: 'OUTCOME_STATE_UNSPECIFIED',
  /**
   * None has come yet.
   */
  OUTCOME_STATE_MISSING: 'OUTCOME_STATE_MISSING',
  /**
   * At least one has come.
   */
  OUTCOME_STATE_KNOWN: 'OUTCOME_STATE_KNOWN',
  /**
   * More than one was recorded: one that repeats the last is not.
   */
  OUTCOME_STATE_CORRECTED: 'OUTCOME_STATE_CORRECTED',
} as const;

/**
 * Whether it is known what turned out true.
 */
export type OutcomeState =
  /**
   * Any.
   */
  | 'OUTCOME_STATE_UNSPECIFIED'
  | 0
  /**
   * None has come yet.
   */
  | 'OUTCOME_STATE_MISSING'
  | 1
  /**
   * At least one has come.
   */
  | 'OUTCOME_STATE_KNOWN'
  | 2
  /**
   * More than one was recorded: one that repeats the last is not.
   */
  | 'OUTCOME_STATE_CORRECTED'
  | 3

/**
 * Whether it is known what turned out true.
 */
export type OutcomeState__Output = typeof OutcomeState[keyof typeof OutcomeState]
