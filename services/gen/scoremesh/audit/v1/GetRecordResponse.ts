// Original file: scoremesh/audit/v1/audit_service.proto

import type { Record as _scoremesh_audit_v1_Record, Record__Output as _scoremesh_audit_v1_Record__Output } from '../../../scoremesh/audit/v1/Record.ts';
import type { Receipt as _scoremesh_scoring_v1_Receipt, Receipt__Output as _scoremesh_scoring_v1_Receipt__Output } from '../../../scoremesh/scoring/v1/Receipt.ts';
import type { ContentState as _scoremesh_audit_v1_ContentState, ContentState__Output as _scoremesh_audit_v1_ContentState__Output } from '../../../scoremesh/audit/v1/ContentState.ts';

/**
 * The record.
 */
export interface GetRecordResponse {
  /**
   * The record, with its sealed content where that can be read.
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
   * The body digest it was appended with; empty without an idempotency key, or where the content can't be read.
   */
  'bodyDigest'?: (Buffer | Uint8Array | string);
  /**
   * Whether its sealed content could be read.
   */
  'contentState'?: (_scoremesh_audit_v1_ContentState);
}

/**
 * The record.
 */
export interface GetRecordResponse__Output {
  /**
   * The record, with its sealed content where that can be read.
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
   * The body digest it was appended with; empty without an idempotency key, or where the content can't be read.
   */
  'bodyDigest': (Buffer);
  /**
   * Whether its sealed content could be read.
   */
  'contentState': (_scoremesh_audit_v1_ContentState__Output);
}
