// Original file: scoremesh/audit/v1/audit_service.proto

import type { Receipt as _scoremesh_scoring_v1_Receipt, Receipt__Output as _scoremesh_scoring_v1_Receipt__Output } from '../../../scoremesh/scoring/v1/Receipt.ts';

/**
 * The receipt.
 */
export interface GetReceiptResponse {
  /**
   * With a proof.
   */
  'receipt'?: (_scoremesh_scoring_v1_Receipt | null);
}

/**
 * The receipt.
 */
export interface GetReceiptResponse__Output {
  /**
   * With a proof.
   */
  'receipt': (_scoremesh_scoring_v1_Receipt__Output | null);
}
