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
   * Outcomes for predictions that the log does not have: kept, and joined by prediction_id if the prediction still comes.
   */
  'unknown'?: (number);
  /**
   * Of the joined ones, those that repeat what was known last; they are not recorded again.
   */
  'duplicate'?: (number);
  /**
   * Of the joined ones, those that differ from what was known last.
   */
  'corrected'?: (number);
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
   * Outcomes for predictions that the log does not have: kept, and joined by prediction_id if the prediction still comes.
   */
  'unknown': (number);
  /**
   * Of the joined ones, those that repeat what was known last; they are not recorded again.
   */
  'duplicate': (number);
  /**
   * Of the joined ones, those that differ from what was known last.
   */
  'corrected': (number);
}
