// Original file: inference/grpc_service.proto

import type { StatisticDuration as _inference_StatisticDuration, StatisticDuration__Output as _inference_StatisticDuration__Output } from '../inference/StatisticDuration.ts';

/**
 * Requests of a version.
 */
export interface InferStatistics {
  /**
   * Answered.
   */
  'success'?: (_inference_StatisticDuration | null);
  /**
   * Failed or refused.
   */
  'fail'?: (_inference_StatisticDuration | null);
  /**
   * Waited for a run.
   */
  'queue'?: (_inference_StatisticDuration | null);
  /**
   * Made their input ready.
   */
  'computeInput'?: (_inference_StatisticDuration | null);
  /**
   * Ran.
   */
  'computeInfer'?: (_inference_StatisticDuration | null);
  /**
   * Made their output ready.
   */
  'computeOutput'?: (_inference_StatisticDuration | null);
  /**
   * Always 0: there is no cache.
   */
  'cacheHit'?: (_inference_StatisticDuration | null);
  /**
   * Always 0.
   */
  'cacheMiss'?: (_inference_StatisticDuration | null);
}

/**
 * Requests of a version.
 */
export interface InferStatistics__Output {
  /**
   * Answered.
   */
  'success': (_inference_StatisticDuration__Output | null);
  /**
   * Failed or refused.
   */
  'fail': (_inference_StatisticDuration__Output | null);
  /**
   * Waited for a run.
   */
  'queue': (_inference_StatisticDuration__Output | null);
  /**
   * Made their input ready.
   */
  'computeInput': (_inference_StatisticDuration__Output | null);
  /**
   * Ran.
   */
  'computeInfer': (_inference_StatisticDuration__Output | null);
  /**
   * Made their output ready.
   */
  'computeOutput': (_inference_StatisticDuration__Output | null);
  /**
   * Always 0: there is no cache.
   */
  'cacheHit': (_inference_StatisticDuration__Output | null);
  /**
   * Always 0.
   */
  'cacheMiss': (_inference_StatisticDuration__Output | null);
}
