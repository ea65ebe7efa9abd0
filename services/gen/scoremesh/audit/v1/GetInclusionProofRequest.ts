// Original file: scoremesh/audit/v1/audit_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Which proof.
 */
export interface GetInclusionProofRequest {
  /**
   * The entry's index.
   */
  'index'?: (number | string | Long);
  /**
   * Size of the tree, more than index; 0 for the present one.
   */
  'treeSize'?: (number | string | Long);
}

/**
 * Which proof.
 */
export interface GetInclusionProofRequest__Output {
  /**
   * The entry's index.
   */
  'index': (string);
  /**
   * Size of the tree, more than index; 0 for the present one.
   */
  'treeSize': (string);
}
