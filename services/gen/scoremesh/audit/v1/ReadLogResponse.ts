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
   * Whether it never changes: all but checkpoint, cosigned, minimum and vkey.
   */
  'immutable'?: (boolean);
  /**
   * Of a read replica, for what changes: milliseconds since it last saw that this is the writer's newest; 0 of the writer.
   */
  'ageMs'?: (number | string);
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
   * Whether it never changes: all but checkpoint, cosigned, minimum and vkey.
   */
  'immutable': (boolean);
  /**
   * Of a read replica, for what changes: milliseconds since it last saw that this is the writer's newest; 0 of the writer.
   */
  'ageMs': (number);
}
