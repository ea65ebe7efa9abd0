// Original file: scoremesh/audit/v1/audit_service.proto


/**
 * Whose data.
 */
export interface ExportSubjectRequest {
  /**
   * The data subject as "entity=key".
   */
  'subject'?: (string);
}

/**
 * Whose data.
 */
export interface ExportSubjectRequest__Output {
  /**
   * The data subject as "entity=key".
   */
  'subject': (string);
}
