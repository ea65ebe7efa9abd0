// Original file: scoremesh/feature/v1/feature_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * What became of them.
 */
export interface ReplayQuarantineResponse {
  /**
   * Events that are stored now.
   */
  'stored'?: (number | string | Long);
  /**
   * Events whose id was stored in the meantime.
   */
  'duplicates'?: (number | string | Long);
  /**
   * Events that still break their declaration.
   */
  'remaining'?: (number | string | Long);
  /**
   * Events that were removed.
   */
  'discarded'?: (number | string | Long);
}

/**
 * What became of them.
 */
export interface ReplayQuarantineResponse__Output {
  /**
   * Events that are stored now.
   */
  'stored': (string);
  /**
   * Events whose id was stored in the meantime.
   */
  'duplicates': (string);
  /**
   * Events that still break their declaration.
   */
  'remaining': (string);
  /**
   * Events that were removed.
   */
  'discarded': (string);
}
