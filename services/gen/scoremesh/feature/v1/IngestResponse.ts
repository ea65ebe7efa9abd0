// Original file: scoremesh/feature/v1/feature_service.proto


/**
 * What became of the rows.
 */
export interface IngestResponse {
  /**
   * Rows that are now the latest of their entity.
   */
  'stored'?: (number);
  /**
   * Rows that were older than what the view already held.
   */
  'superseded'?: (number);
}

/**
 * What became of the rows.
 */
export interface IngestResponse__Output {
  /**
   * Rows that are now the latest of their entity.
   */
  'stored': (number);
  /**
   * Rows that were older than what the view already held.
   */
  'superseded': (number);
}
