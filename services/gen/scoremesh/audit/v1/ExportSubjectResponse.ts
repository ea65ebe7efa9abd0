// Original file: scoremesh/audit/v1/audit_service.proto

import type { GetRecordResponse as _scoremesh_audit_v1_GetRecordResponse, GetRecordResponse__Output as _scoremesh_audit_v1_GetRecordResponse__Output } from '../../../scoremesh/audit/v1/GetRecordResponse.ts';

/**
 * One record about the subject.
 */
export interface ExportSubjectResponse {
  /**
   * The record.
   */
  'record'?: (_scoremesh_audit_v1_GetRecordResponse | null);
}

/**
 * One record about the subject.
 */
export interface ExportSubjectResponse__Output {
  /**
   * The record.
   */
  'record': (_scoremesh_audit_v1_GetRecordResponse__Output | null);
}
