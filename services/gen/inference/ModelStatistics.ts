// Original file: inference/grpc_service.proto

import type { InferStatistics as _inference_InferStatistics, InferStatistics__Output as _inference_InferStatistics__Output } from '../inference/InferStatistics.ts';
import type { InferBatchStatistics as _inference_InferBatchStatistics, InferBatchStatistics__Output as _inference_InferBatchStatistics__Output } from '../inference/InferBatchStatistics.ts';
import type { MemoryUsage as _inference_MemoryUsage, MemoryUsage__Output as _inference_MemoryUsage__Output } from '../inference/MemoryUsage.ts';
import type { InferResponseStatistics as _inference_InferResponseStatistics, InferResponseStatistics__Output as _inference_InferResponseStatistics__Output } from '../inference/InferResponseStatistics.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * What a version has done since it was loaded.
 */
export interface ModelStatistics {
  /**
   * The model's name.
   */
  'name'?: (string);
  /**
   * The version.
   */
  'version'?: (string);
  /**
   * When the last request came, Unix milliseconds; 0 for none.
   */
  'lastInference'?: (number | string | Long);
  /**
   * Rows that were answered.
   */
  'inferenceCount'?: (number | string | Long);
  /**
   * Runs.
   */
  'executionCount'?: (number | string | Long);
  /**
   * Requests.
   */
  'inferenceStats'?: (_inference_InferStatistics | null);
  /**
   * Runs by batch size.
   */
  'batchStats'?: (_inference_InferBatchStatistics)[];
  /**
   * Memory.
   */
  'memoryUsage'?: (_inference_MemoryUsage)[];
  /**
   * Unused.
   */
  'responseStats'?: ({[key: string]: _inference_InferResponseStatistics});
}

/**
 * What a version has done since it was loaded.
 */
export interface ModelStatistics__Output {
  /**
   * The model's name.
   */
  'name': (string);
  /**
   * The version.
   */
  'version': (string);
  /**
   * When the last request came, Unix milliseconds; 0 for none.
   */
  'lastInference': (string);
  /**
   * Rows that were answered.
   */
  'inferenceCount': (string);
  /**
   * Runs.
   */
  'executionCount': (string);
  /**
   * Requests.
   */
  'inferenceStats': (_inference_InferStatistics__Output | null);
  /**
   * Runs by batch size.
   */
  'batchStats': (_inference_InferBatchStatistics__Output)[];
  /**
   * Memory.
   */
  'memoryUsage': (_inference_MemoryUsage__Output)[];
  /**
   * Unused.
   */
  'responseStats': ({[key: string]: _inference_InferResponseStatistics__Output});
}
