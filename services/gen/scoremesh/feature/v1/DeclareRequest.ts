// Original file: scoremesh/feature/v1/feature_service.proto


/**
 * Declarations to take in force.
 */
export interface DeclareRequest {
  /**
   * As a file of declarations, at most 256 KiB.
   */
  'yaml'?: (string);
  /**
   * Only checks and tells what would change. Default false.
   */
  'dryRun'?: (boolean);
}

/**
 * Declarations to take in force.
 */
export interface DeclareRequest__Output {
  /**
   * As a file of declarations, at most 256 KiB.
   */
  'yaml': (string);
  /**
   * Only checks and tells what would change. Default false.
   */
  'dryRun': (boolean);
}
