// Original file: scoremesh/scoring/v1/scoring_service.proto


/**
 * What was recorded. Every outcome is in the log, joined or not.
 */
export interface RecordOutcomesResponse {
  /**
   * Outcomes whose prediction is in the log.
   */
  'joined'?: (number);
  /**
   * Outcomes for predictions that the log does not have.
   */
  'unknown'?: (number);
}

/**
 * What was recorded. Every outcome is in the log, joined or not.
 */
export interface RecordOutcomesResponse__Output {
  /**
   * Outcomes whose prediction is in the log.
   */
  'joined': (number);
  /**
   * Outcomes for predictions that the log does not have.
   */
  'unknown': (number);
}
