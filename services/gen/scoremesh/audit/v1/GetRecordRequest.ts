// Original file: scoremesh/audit/v1/audit_service.proto


/**
 * Which record.
 */
export interface GetRecordRequest {
  /**
   * By id.
   */
  'recordId'?: (string);
  /**
   * By scope and request_id; used when record_id is empty.
   */
  'idempotencyKey'?: (string);
}

/**
 * Which record.
 */
export interface GetRecordRequest__Output {
  /**
   * By id.
   */
  'recordId': (string);
  /**
   * By scope and request_id; used when record_id is empty.
   */
  'idempotencyKey': (string);
}
