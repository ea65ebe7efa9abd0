// Original file: scoremesh/audit/v1/audit_service.proto


/**
 * Whose data is erased.
 */
export interface EraseSubjectRequest {
  /**
   * The data subject as "entity=key".
   */
  'subject'?: (string);
  /**
   * Why, e.g. the number of the request; 1 to 512 characters that stay in the log for ever: no personal data.
   */
  'reason'?: (string);
}

/**
 * Whose data is erased.
 */
export interface EraseSubjectRequest__Output {
  /**
   * The data subject as "entity=key".
   */
  'subject': (string);
  /**
   * Why, e.g. the number of the request; 1 to 512 characters that stay in the log for ever: no personal data.
   */
  'reason': (string);
}
