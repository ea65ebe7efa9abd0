// Original file: scoremesh/feature/v1/feature_service.proto


/**
 * The entities of one row.
 */
export interface EntityRow {
  /**
   * Entity name to key. Every key field of every view in the set must be there; others are ignored.
   */
  'entities'?: ({[key: string]: string});
}

/**
 * The entities of one row.
 */
export interface EntityRow__Output {
  /**
   * Entity name to key. Every key field of every view in the set must be there; others are ignored.
   */
  'entities': ({[key: string]: string});
}
