// Original file: scoremesh/audit/v1/audit_service.proto

import type { Receipt as _scoremesh_scoring_v1_Receipt, Receipt__Output as _scoremesh_scoring_v1_Receipt__Output } from '../../../scoremesh/scoring/v1/Receipt.ts';

/**
 * Where it stands.
 */
export interface AppendResponse {
  /**
   * The record's place.
   */
  'receipt'?: (_scoremesh_scoring_v1_Receipt | null);
  /**
   * Where idempotency_key was in the log with the same digest: the serialized Record that was there first, complete. Nothing was appended.
   */
  'existingRecord'?: (Buffer | Uint8Array | string);
}

/**
 * Where it stands.
 */
export interface AppendResponse__Output {
  /**
   * The record's place.
   */
  'receipt': (_scoremesh_scoring_v1_Receipt__Output | null);
  /**
   * Where idempotency_key was in the log with the same digest: the serialized Record that was there first, complete. Nothing was appended.
   */
  'existingRecord': (Buffer);
}
