// Original file: scoremesh/audit/v1/audit_service.proto


/**
 * Which record.
 */
export interface GetSealedContentRequest {
  /**
   * By id.
   */
  'recordId'?: (string);
}

/**
 * Which record.
 */
export interface GetSealedContentRequest__Output {
  /**
   * By id.
   */
  'recordId': (string);
}
