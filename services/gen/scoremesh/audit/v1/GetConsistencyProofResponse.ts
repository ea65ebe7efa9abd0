// Original file: scoremesh/audit/v1/audit_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * The proof.
 */
export interface GetConsistencyProofResponse {
  /**
   * 32 bytes each; none if both sizes are the same.
   */
  'hashes'?: (Buffer | Uint8Array | string)[];
  /**
   * Root hash of the earlier tree.
   */
  'fromRootHash'?: (Buffer | Uint8Array | string);
  /**
   * Size of the later tree.
   */
  'toSize'?: (number | string | Long);
  /**
   * Root hash of the later tree.
   */
  'toRootHash'?: (Buffer | Uint8Array | string);
}

/**
 * The proof.
 */
export interface GetConsistencyProofResponse__Output {
  /**
   * 32 bytes each; none if both sizes are the same.
   */
  'hashes': (Buffer)[];
  /**
   * Root hash of the earlier tree.
   */
  'fromRootHash': (Buffer);
  /**
   * Size of the later tree.
   */
  'toSize': (string);
  /**
   * Root hash of the later tree.
   */
  'toRootHash': (Buffer);
}
