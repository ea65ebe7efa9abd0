// Original file: scoremesh/audit/v1/audit_service.proto


/**
 * The file.
 */
export interface ReadLogResponse {
  /**
   * Its bytes.
   */
  'content'?: (Buffer | Uint8Array | string);
  /**
   * Whether it never changes: all but the checkpoint.
   */
  'immutable'?: (boolean);
}

/**
 * The file.
 */
export interface ReadLogResponse__Output {
  /**
   * Its bytes.
   */
  'content': (Buffer);
  /**
   * Whether it never changes: all but the checkpoint.
   */
  'immutable': (boolean);
}
