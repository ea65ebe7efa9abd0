// Original file: scoremesh/audit/v1/audit_service.proto

import type { RecordFilter as _scoremesh_audit_v1_RecordFilter, RecordFilter__Output as _scoremesh_audit_v1_RecordFilter__Output } from '../../../scoremesh/audit/v1/RecordFilter.ts';

/**
 * Which records.
 */
export interface ExportRecordsRequest {
  /**
   * What must hold.
   */
  'filter'?: (_scoremesh_audit_v1_RecordFilter | null);
}

/**
 * Which records.
 */
export interface ExportRecordsRequest__Output {
  /**
   * What must hold.
   */
  'filter': (_scoremesh_audit_v1_RecordFilter__Output | null);
}
