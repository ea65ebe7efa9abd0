// Original file: scoremesh/audit/v1/audit_service.proto

import type { GetRecordResponse as _scoremesh_audit_v1_GetRecordResponse, GetRecordResponse__Output as _scoremesh_audit_v1_GetRecordResponse__Output } from '../../../scoremesh/audit/v1/GetRecordResponse.ts';

/**
 * A page of records.
 */
export interface ListRecordsResponse {
  /**
   * Oldest first.
   */
  'records'?: (_scoremesh_audit_v1_GetRecordResponse)[];
  /**
   * For the next page; empty at the end.
   */
  'nextPageToken'?: (string);
}

/**
 * A page of records.
 */
export interface ListRecordsResponse__Output {
  /**
   * Oldest first.
   */
  'records': (_scoremesh_audit_v1_GetRecordResponse__Output)[];
  /**
   * For the next page; empty at the end.
   */
  'nextPageToken': (string);
}
