// Original file: scoremesh/audit/v1/record.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Removal of entries whose retention has passed. Tree and proofs of later entries stay as they are.
 */
export interface Pruning {
  /**
   * Every entry from this index on is still there; a multiple of 256, so that bundles of entries are whole.
   */
  'minimumIndex'?: (number | string | Long);
  /**
   * Entries before this moment were to go, Unix milliseconds.
   */
  'beforeMs'?: (number | string);
}

/**
 * Removal of entries whose retention has passed. Tree and proofs of later entries stay as they are.
 */
export interface Pruning__Output {
  /**
   * Every entry from this index on is still there; a multiple of 256, so that bundles of entries are whole.
   */
  'minimumIndex': (string);
  /**
   * Entries before this moment were to go, Unix milliseconds.
   */
  'beforeMs': (number);
}
