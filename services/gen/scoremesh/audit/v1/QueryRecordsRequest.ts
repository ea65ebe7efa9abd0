// Original file: scoremesh/audit/v1/audit_service.proto

import type { RecordFilter as _scoremesh_audit_v1_RecordFilter, RecordFilter__Output as _scoremesh_audit_v1_RecordFilter__Output } from '../../../scoremesh/audit/v1/RecordFilter.ts';

/**
 * Which records.
 */
export interface QueryRecordsRequest {
  /**
   * What must hold.
   */
  'filter'?: (_scoremesh_audit_v1_RecordFilter | null);
  /**
   * 1 to 1000; 0 for 100.
   */
  'pageSize'?: (number);
  /**
   * next_page_token of the page before; empty for the first.
   */
  'pageToken'?: (string);
}

/**
 * Which records.
 */
export interface QueryRecordsRequest__Output {
  /**
   * What must hold.
   */
  'filter': (_scoremesh_audit_v1_RecordFilter__Output | null);
  /**
   * 1 to 1000; 0 for 100.
   */
  'pageSize': (number);
  /**
   * next_page_token of the page before; empty for the first.
   */
  'pageToken': (string);
}
