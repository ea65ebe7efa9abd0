// Original file: scoremesh/feature/v1/declaration.proto

import type { Long } from '@grpc/proto-loader';

/**
 * One declared feature.
 */
export interface Feature {
  /**
   * The feature's name in its view.
   */
  'name'?: (string);
  /**
   * FP32, FP64, INT64, BOOL or BYTES (text).
   */
  'datatype'?: (string);
  /**
   * What it means, for people.
   */
  'description'?: (string);
  /**
   * Of a windowed view: count, sum, mean, min, max, rate, last or distinct; else empty.
   */
  'aggregate'?: (string);
  /**
   * Length of the window, ms; 0 for a latest value.
   */
  'windowMs'?: (number | string | Long);
  /**
   * Length of its tiles, ms; 0 for a latest value.
   */
  'tileMs'?: (number | string | Long);
}

/**
 * One declared feature.
 */
export interface Feature__Output {
  /**
   * The feature's name in its view.
   */
  'name': (string);
  /**
   * FP32, FP64, INT64, BOOL or BYTES (text).
   */
  'datatype': (string);
  /**
   * What it means, for people.
   */
  'description': (string);
  /**
   * Of a windowed view: count, sum, mean, min, max, rate, last or distinct; else empty.
   */
  'aggregate': (string);
  /**
   * Length of the window, ms; 0 for a latest value.
   */
  'windowMs': (string);
  /**
   * Length of its tiles, ms; 0 for a latest value.
   */
  'tileMs': (string);
}
