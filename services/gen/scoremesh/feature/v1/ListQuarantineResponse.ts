// Original file: scoremesh/feature/v1/feature_service.proto

import type { QuarantinedEvent as _scoremesh_feature_v1_QuarantinedEvent, QuarantinedEvent__Output as _scoremesh_feature_v1_QuarantinedEvent__Output } from '../../../scoremesh/feature/v1/QuarantinedEvent.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * A page of the quarantine.
 */
export interface ListQuarantineResponse {
  /**
   * In the order in which they came.
   */
  'events'?: (_scoremesh_feature_v1_QuarantinedEvent)[];
  /**
   * Empty on the last page.
   */
  'nextPageToken'?: (string);
  /**
   * How many there are of the streams asked for, over all pages.
   */
  'total'?: (number | string | Long);
}

/**
 * A page of the quarantine.
 */
export interface ListQuarantineResponse__Output {
  /**
   * In the order in which they came.
   */
  'events': (_scoremesh_feature_v1_QuarantinedEvent__Output)[];
  /**
   * Empty on the last page.
   */
  'nextPageToken': (string);
  /**
   * How many there are of the streams asked for, over all pages.
   */
  'total': (string);
}
