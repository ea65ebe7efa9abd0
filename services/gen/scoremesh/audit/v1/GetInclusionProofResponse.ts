// Original file: scoremesh/audit/v1/audit_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * The proof.
 */
export interface GetInclusionProofResponse {
  /**
   * 32 bytes each, from the leaf up.
   */
  'hashes'?: (Buffer | Uint8Array | string)[];
  /**
   * Size of the tree it is for.
   */
  'treeSize'?: (number | string | Long);
  /**
   * Root hash of that tree.
   */
  'rootHash'?: (Buffer | Uint8Array | string);
  /**
   * Leaf hash of the entry.
   */
  'leafHash'?: (Buffer | Uint8Array | string);
}

/**
 * The proof.
 */
export interface GetInclusionProofResponse__Output {
  /**
   * 32 bytes each, from the leaf up.
   */
  'hashes': (Buffer)[];
  /**
   * Size of the tree it is for.
   */
  'treeSize': (string);
  /**
   * Root hash of that tree.
   */
  'rootHash': (Buffer);
  /**
   * Leaf hash of the entry.
   */
  'leafHash': (Buffer);
}
