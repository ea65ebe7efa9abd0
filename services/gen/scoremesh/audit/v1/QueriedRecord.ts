// Original file: scoremesh/audit/v1/audit_service.proto

import type { GetRecordResponse as _scoremesh_audit_v1_GetRecordResponse, GetRecordResponse__Output as _scoremesh_audit_v1_GetRecordResponse__Output } from '../../../scoremesh/audit/v1/GetRecordResponse.ts';
import type { Record as _scoremesh_audit_v1_Record, Record__Output as _scoremesh_audit_v1_Record__Output } from '../../../scoremesh/audit/v1/Record.ts';
import type { OutcomeState as _scoremesh_audit_v1_OutcomeState, OutcomeState__Output as _scoremesh_audit_v1_OutcomeState__Output } from '../../../scoremesh/audit/v1/OutcomeState.ts';

/**
 * A record and what turned out true.
 */
export interface QueriedRecord {
  /**
   * The record.
   */
  'record'?: (_scoremesh_audit_v1_GetRecordResponse | null);
  /**
   * Outcomes of a prediction, oldest first, at most 16.
   */
  'outcomes'?: (_scoremesh_audit_v1_Record)[];
  /**
   * Whether they are known.
   */
  'outcome'?: (_scoremesh_audit_v1_OutcomeState);
}

/**
 * A record and what turned out true.
 */
export interface QueriedRecord__Output {
  /**
   * The record.
   */
  'record': (_scoremesh_audit_v1_GetRecordResponse__Output | null);
  /**
   * Outcomes of a prediction, oldest first, at most 16.
   */
  'outcomes': (_scoremesh_audit_v1_Record__Output)[];
  /**
   * Whether they are known.
   */
  'outcome': (_scoremesh_audit_v1_OutcomeState__Output);
}
