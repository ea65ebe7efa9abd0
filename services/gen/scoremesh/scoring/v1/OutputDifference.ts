// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * An output whose bits differ.
 */
export interface OutputDifference {
  /**
   * Its name.
   */
  'output'?: (string);
  /**
   * The largest distance of two elements in units in the last place; 0 where elements are no floats.
   */
  'maxUlp'?: (number | string | Long);
  /**
   * Elements that differ.
   */
  'elements'?: (number | string | Long);
}

/**
 * An output whose bits differ.
 */
export interface OutputDifference__Output {
  /**
   * Its name.
   */
  'output': (string);
  /**
   * The largest distance of two elements in units in the last place; 0 where elements are no floats.
   */
  'maxUlp': (string);
  /**
   * Elements that differ.
   */
  'elements': (string);
}
