// Original file: inference/grpc_service.proto

import type { ModelStatistics as _inference_ModelStatistics, ModelStatistics__Output as _inference_ModelStatistics__Output } from '../inference/ModelStatistics.ts';

/**
 * The statistics.
 */
export interface ModelStatisticsResponse {
  /**
   * By name, then version.
   */
  'modelStats'?: (_inference_ModelStatistics)[];
}

/**
 * The statistics.
 */
export interface ModelStatisticsResponse__Output {
  /**
   * By name, then version.
   */
  'modelStats': (_inference_ModelStatistics__Output)[];
}
