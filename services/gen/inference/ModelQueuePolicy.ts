// Original file: inference/model_config.proto

import type { Long } from '@grpc/proto-loader';

// Original file: inference/model_config.proto

/**
 * What a time-out does.
 */
export const _inference_ModelQueuePolicy_TimeoutAction = {
  /**
   * Refuses the request.
   */
  REJECT: 'REJECT',
  /**
   * Refused as a setting: an answer after its time is none.
   */
  DELAY: 'DELAY',
} as const;

/**
 * What a time-out does.
 */
export type _inference_ModelQueuePolicy_TimeoutAction =
  /**
   * Refuses the request.
   */
  | 'REJECT'
  | 0
  /**
   * Refused as a setting: an answer after its time is none.
   */
  | 'DELAY'
  | 1

/**
 * What a time-out does.
 */
export type _inference_ModelQueuePolicy_TimeoutAction__Output = typeof _inference_ModelQueuePolicy_TimeoutAction[keyof typeof _inference_ModelQueuePolicy_TimeoutAction]

/**
 * How requests wait.
 */
export interface ModelQueuePolicy {
  /**
   * What a time-out does.
   */
  'timeoutAction'?: (_inference_ModelQueuePolicy_TimeoutAction);
  /**
   * The deadline of requests without one, microseconds from arrival; 0 for none.
   */
  'defaultTimeoutMicroseconds'?: (number | string | Long);
  /**
   * Whether a request's own time-out counts. Here it always does.
   */
  'allowTimeoutOverride'?: (boolean);
  /**
   * Rows that may wait; 0 for the server's bound.
   */
  'maxQueueSize'?: (number);
}

/**
 * How requests wait.
 */
export interface ModelQueuePolicy__Output {
  /**
   * What a time-out does.
   */
  'timeoutAction': (_inference_ModelQueuePolicy_TimeoutAction__Output);
  /**
   * The deadline of requests without one, microseconds from arrival; 0 for none.
   */
  'defaultTimeoutMicroseconds': (string);
  /**
   * Whether a request's own time-out counts. Here it always does.
   */
  'allowTimeoutOverride': (boolean);
  /**
   * Rows that may wait; 0 for the server's bound.
   */
  'maxQueueSize': (number);
}
