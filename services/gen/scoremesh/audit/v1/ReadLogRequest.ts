// Original file: scoremesh/audit/v1/audit_service.proto


/**
 * Which file.
 */
export interface ReadLogRequest {
  /**
   * Below the log's prefix, e.g. "checkpoint" or "tile/0/x001/234.p/7".
   */
  'path'?: (string);
}

/**
 * Which file.
 */
export interface ReadLogRequest__Output {
  /**
   * Below the log's prefix, e.g. "checkpoint" or "tile/0/x001/234.p/7".
   */
  'path': (string);
}
