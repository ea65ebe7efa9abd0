// Original file: scoremesh/feature/v1/feature_service.proto

import type { Event as _scoremesh_feature_v1_Event, Event__Output as _scoremesh_feature_v1_Event__Output } from '../../../scoremesh/feature/v1/Event.ts';
import type { Rejection as _scoremesh_feature_v1_Rejection, Rejection__Output as _scoremesh_feature_v1_Rejection__Output } from '../../../scoremesh/feature/v1/Rejection.ts';

/**
 * An event that broke its declaration.
 */
export interface QuarantinedEvent {
  /**
   * Its place in the quarantine.
   */
  'quarantineId'?: (string);
  /**
   * As it came.
   */
  'event'?: (_scoremesh_feature_v1_Event | null);
  /**
   * What was wrong.
   */
  'rejections'?: (_scoremesh_feature_v1_Rejection)[];
  /**
   * When it came, Unix ms.
   */
  'receivedAt'?: (number | string);
}

/**
 * An event that broke its declaration.
 */
export interface QuarantinedEvent__Output {
  /**
   * Its place in the quarantine.
   */
  'quarantineId': (string);
  /**
   * As it came.
   */
  'event': (_scoremesh_feature_v1_Event__Output | null);
  /**
   * What was wrong.
   */
  'rejections': (_scoremesh_feature_v1_Rejection__Output)[];
  /**
   * When it came, Unix ms.
   */
  'receivedAt': (number);
}
