// Original file: scoremesh/audit/v1/audit_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Which proof.
 */
export interface GetConsistencyProofRequest {
  /**
   * Size of the earlier tree; of 0 every tree is the continuation, without a proof.
   */
  'fromSize'?: (number | string | Long);
  /**
   * Size of the later tree; 0 for the present one.
   */
  'toSize'?: (number | string | Long);
}

/**
 * Which proof.
 */
export interface GetConsistencyProofRequest__Output {
  /**
   * Size of the earlier tree; of 0 every tree is the continuation, without a proof.
   */
  'fromSize': (string);
  /**
   * Size of the later tree; 0 for the present one.
   */
  'toSize': (string);
}
