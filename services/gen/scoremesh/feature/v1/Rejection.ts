// Original file: scoremesh/feature/v1/event.proto

import type { RejectionReason as _scoremesh_feature_v1_RejectionReason, RejectionReason__Output as _scoremesh_feature_v1_RejectionReason__Output } from '../../../scoremesh/feature/v1/RejectionReason.ts';

/**
 * Why an event went to the quarantine.
 */
export interface Rejection {
  /**
   * Index of the event in its request.
   */
  'index'?: (number);
  /**
   * The field; empty if it is about the event.
   */
  'field'?: (string);
  /**
   * What was broken.
   */
  'reason'?: (_scoremesh_feature_v1_RejectionReason);
  /**
   * In words, with what the declaration asks for; never the value.
   */
  'message'?: (string);
}

/**
 * Why an event went to the quarantine.
 */
export interface Rejection__Output {
  /**
   * Index of the event in its request.
   */
  'index': (number);
  /**
   * The field; empty if it is about the event.
   */
  'field': (string);
  /**
   * What was broken.
   */
  'reason': (_scoremesh_feature_v1_RejectionReason__Output);
  /**
   * In words, with what the declaration asks for; never the value.
   */
  'message': (string);
}
