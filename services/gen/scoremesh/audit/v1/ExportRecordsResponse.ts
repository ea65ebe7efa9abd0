// Original file: scoremesh/audit/v1/audit_service.proto

import type { QueriedRecord as _scoremesh_audit_v1_QueriedRecord, QueriedRecord__Output as _scoremesh_audit_v1_QueriedRecord__Output } from '../../../scoremesh/audit/v1/QueriedRecord.ts';

/**
 * One record of an export.
 */
export interface ExportRecordsResponse {
  /**
   * The record and what turned out true.
   */
  'record'?: (_scoremesh_audit_v1_QueriedRecord | null);
}

/**
 * One record of an export.
 */
export interface ExportRecordsResponse__Output {
  /**
   * The record and what turned out true.
   */
  'record': (_scoremesh_audit_v1_QueriedRecord__Output | null);
}
