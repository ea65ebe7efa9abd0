// Original file: inference/grpc_service.proto

import type { StatisticDuration as _inference_StatisticDuration, StatisticDuration__Output as _inference_StatisticDuration__Output } from '../inference/StatisticDuration.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * Runs of one batch size.
 */
export interface InferBatchStatistics {
  /**
   * Rows.
   */
  'batchSize'?: (number | string | Long);
  /**
   * Made the input ready.
   */
  'computeInput'?: (_inference_StatisticDuration | null);
  /**
   * Ran.
   */
  'computeInfer'?: (_inference_StatisticDuration | null);
  /**
   * Made the output ready.
   */
  'computeOutput'?: (_inference_StatisticDuration | null);
}

/**
 * Runs of one batch size.
 */
export interface InferBatchStatistics__Output {
  /**
   * Rows.
   */
  'batchSize': (string);
  /**
   * Made the input ready.
   */
  'computeInput': (_inference_StatisticDuration__Output | null);
  /**
   * Ran.
   */
  'computeInfer': (_inference_StatisticDuration__Output | null);
  /**
   * Made the output ready.
   */
  'computeOutput': (_inference_StatisticDuration__Output | null);
}
