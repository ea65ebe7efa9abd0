// Original file: scoremesh/audit/v1/audit_service.proto

import type { QueriedRecord as _scoremesh_audit_v1_QueriedRecord, QueriedRecord__Output as _scoremesh_audit_v1_QueriedRecord__Output } from '../../../scoremesh/audit/v1/QueriedRecord.ts';

/**
 * A page of records.
 */
export interface QueryRecordsResponse {
  /**
   * Oldest first; may be fewer than asked for, even none, where much was looked through.
   */
  'records'?: (_scoremesh_audit_v1_QueriedRecord)[];
  /**
   * For the next page; empty at the end.
   */
  'nextPageToken'?: (string);
}

/**
 * A page of records.
 */
export interface QueryRecordsResponse__Output {
  /**
   * Oldest first; may be fewer than asked for, even none, where much was looked through.
   */
  'records': (_scoremesh_audit_v1_QueriedRecord__Output)[];
  /**
   * For the next page; empty at the end.
   */
  'nextPageToken': (string);
}
