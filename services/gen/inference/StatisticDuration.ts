// Original file: inference/grpc_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A count and the time it took.
 */
export interface StatisticDuration {
  /**
   * How many.
   */
  'count'?: (number | string | Long);
  /**
   * Their time together, nanoseconds.
   */
  'ns'?: (number | string | Long);
}

/**
 * A count and the time it took.
 */
export interface StatisticDuration__Output {
  /**
   * How many.
   */
  'count': (string);
  /**
   * Their time together, nanoseconds.
   */
  'ns': (string);
}
