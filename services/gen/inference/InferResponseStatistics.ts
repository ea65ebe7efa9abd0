// Original file: inference/grpc_service.proto

import type { StatisticDuration as _inference_StatisticDuration, StatisticDuration__Output as _inference_StatisticDuration__Output } from '../inference/StatisticDuration.ts';

/**
 * Responses of a version that answers a request many times; unused.
 */
export interface InferResponseStatistics {
  /**
   * Ran.
   */
  'computeInfer'?: (_inference_StatisticDuration | null);
  /**
   * Made their output ready.
   */
  'computeOutput'?: (_inference_StatisticDuration | null);
  /**
   * Answered.
   */
  'success'?: (_inference_StatisticDuration | null);
  /**
   * Failed.
   */
  'fail'?: (_inference_StatisticDuration | null);
  /**
   * Were empty.
   */
  'emptyResponse'?: (_inference_StatisticDuration | null);
  /**
   * Were cancelled.
   */
  'cancel'?: (_inference_StatisticDuration | null);
}

/**
 * Responses of a version that answers a request many times; unused.
 */
export interface InferResponseStatistics__Output {
  /**
   * Ran.
   */
  'computeInfer': (_inference_StatisticDuration__Output | null);
  /**
   * Made their output ready.
   */
  'computeOutput': (_inference_StatisticDuration__Output | null);
  /**
   * Answered.
   */
  'success': (_inference_StatisticDuration__Output | null);
  /**
   * Failed.
   */
  'fail': (_inference_StatisticDuration__Output | null);
  /**
   * Were empty.
   */
  'emptyResponse': (_inference_StatisticDuration__Output | null);
  /**
   * Were cancelled.
   */
  'cancel': (_inference_StatisticDuration__Output | null);
}
