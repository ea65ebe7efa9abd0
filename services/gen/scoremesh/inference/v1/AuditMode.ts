// Original file: scoremesh/inference/v1/model_service.proto

/**
 * When an answer may leave.
 */
export const AuditMode = {
  /**
   * The same as REQUIRED.
   */
  AUDIT_MODE_UNSPECIFIED: 'AUDIT_MODE_UNSPECIFIED',
  /**
   * After its record is durable.
   */
  AUDIT_MODE_REQUIRED: 'AUDIT_MODE_REQUIRED',
  /**
   * At once; the record is queued, and dropped records are counted.
   */
  AUDIT_MODE_DEFERRED: 'AUDIT_MODE_DEFERRED',
} as const;

/**
 * When an answer may leave.
 */
export type AuditMode =
  /**
   * The same as REQUIRED.
   */
  | 'AUDIT_MODE_UNSPECIFIED'
  | 0
  /**
   * After its record is durable.
   */
  | 'AUDIT_MODE_REQUIRED'
  | 1
  /**
   * At once; the record is queued, and dropped records are counted.
   */
  | 'AUDIT_MODE_DEFERRED'
  | 2

/**
 * When an answer may leave.
 */
export type AuditMode__Output = typeof AuditMode[keyof typeof AuditMode]
