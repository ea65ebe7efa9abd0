// Original file: scoremesh/audit/v1/audit_service.proto

import type { Record as _scoremesh_audit_v1_Record, Record__Output as _scoremesh_audit_v1_Record__Output } from '../../../scoremesh/audit/v1/Record.ts';
import type { Receipt as _scoremesh_scoring_v1_Receipt, Receipt__Output as _scoremesh_scoring_v1_Receipt__Output } from '../../../scoremesh/scoring/v1/Receipt.ts';

/**
 * The record.
 */
export interface GetRecordResponse {
  /**
   * The record, decoded.
   */
  'record'?: (_scoremesh_audit_v1_Record | null);
  /**
   * Its place.
   */
  'receipt'?: (_scoremesh_scoring_v1_Receipt | null);
  /**
   * The bytes that the leaf hash covers.
   */
  'entry'?: (Buffer | Uint8Array | string);
  /**
   * The body digest it was appended with; empty without an idempotency key.
   */
  'bodyDigest'?: (Buffer | Uint8Array | string);
}

/**
 * The record.
 */
export interface GetRecordResponse__Output {
  /**
   * The record, decoded.
   */
  'record': (_scoremesh_audit_v1_Record__Output | null);
  /**
   * Its place.
   */
  'receipt': (_scoremesh_scoring_v1_Receipt__Output | null);
  /**
   * The bytes that the leaf hash covers.
   */
  'entry': (Buffer);
  /**
   * The body digest it was appended with; empty without an idempotency key.
   */
  'bodyDigest': (Buffer);
}
