// Original file: scoremesh/feature/v1/feature_service.proto

import type { Event as _scoremesh_feature_v1_Event, Event__Output as _scoremesh_feature_v1_Event__Output } from '../../../scoremesh/feature/v1/Event.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * One batch of a stream.
 */
export interface IngestStreamRequest {
  /**
   * Chosen by the caller, returned with the answer.
   */
  'sequence'?: (number | string | Long);
  /**
   * 1 to 10000 events.
   */
  'events'?: (_scoremesh_feature_v1_Event)[];
}

/**
 * One batch of a stream.
 */
export interface IngestStreamRequest__Output {
  /**
   * Chosen by the caller, returned with the answer.
   */
  'sequence': (string);
  /**
   * 1 to 10000 events.
   */
  'events': (_scoremesh_feature_v1_Event__Output)[];
}
