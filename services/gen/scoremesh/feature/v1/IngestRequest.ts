// Original file: scoremesh/feature/v1/feature_service.proto

import type { Event as _scoremesh_feature_v1_Event, Event__Output as _scoremesh_feature_v1_Event__Output } from '../../../scoremesh/feature/v1/Event.ts';

/**
 * Events to store.
 */
export interface IngestRequest {
  /**
   * 1 to 10000 events.
   */
  'events'?: (_scoremesh_feature_v1_Event)[];
}

/**
 * Events to store.
 */
export interface IngestRequest__Output {
  /**
   * 1 to 10000 events.
   */
  'events': (_scoremesh_feature_v1_Event__Output)[];
}
