// Original file: inference/model_config.proto

import type { ModelQueuePolicy as _inference_ModelQueuePolicy, ModelQueuePolicy__Output as _inference_ModelQueuePolicy__Output } from '../inference/ModelQueuePolicy.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * Requests that share a run.
 */
export interface ModelDynamicBatching {
  /**
   * Has no effect: what waits is the batch.
   */
  'preferredBatchSize'?: (number)[];
  /**
   * Has no effect: a batch never waits for a timer.
   */
  'maxQueueDelayMicroseconds'?: (number | string | Long);
  /**
   * Has no effect.
   */
  'preserveOrdering'?: (boolean);
  /**
   * Priorities, 1 first; at most 3, 0 for 3.
   */
  'priorityLevels'?: (number | string | Long);
  /**
   * Priority of requests without one; 0 for 2.
   */
  'defaultPriorityLevel'?: (number | string | Long);
  /**
   * How requests wait.
   */
  'defaultQueuePolicy'?: (_inference_ModelQueuePolicy | null);
  /**
   * The same by priority; refused.
   */
  'priorityQueuePolicy'?: ({[key: number]: _inference_ModelQueuePolicy});
}

/**
 * Requests that share a run.
 */
export interface ModelDynamicBatching__Output {
  /**
   * Has no effect: what waits is the batch.
   */
  'preferredBatchSize': (number)[];
  /**
   * Has no effect: a batch never waits for a timer.
   */
  'maxQueueDelayMicroseconds': (string);
  /**
   * Has no effect.
   */
  'preserveOrdering': (boolean);
  /**
   * Priorities, 1 first; at most 3, 0 for 3.
   */
  'priorityLevels': (string);
  /**
   * Priority of requests without one; 0 for 2.
   */
  'defaultPriorityLevel': (string);
  /**
   * How requests wait.
   */
  'defaultQueuePolicy': (_inference_ModelQueuePolicy__Output | null);
  /**
   * The same by priority; refused.
   */
  'priorityQueuePolicy': ({[key: number]: _inference_ModelQueuePolicy__Output});
}
