// Original file: scoremesh/audit/v1/audit_service.proto


/**
 * Which receipt.
 */
export interface GetReceiptRequest {
  /**
   * The record, e.g. a prediction_id.
   */
  'recordId'?: (string);
  /**
   * Against the newest checkpoint that witnesses have cosigned. Default false: against the newest.
   */
  'cosigned'?: (boolean);
}

/**
 * Which receipt.
 */
export interface GetReceiptRequest__Output {
  /**
   * The record, e.g. a prediction_id.
   */
  'recordId': (string);
  /**
   * Against the newest checkpoint that witnesses have cosigned. Default false: against the newest.
   */
  'cosigned': (boolean);
}
