// Original file: scoremesh/link/v1/link_service.proto

import type { LinkCall as _scoremesh_link_v1_LinkCall, LinkCall__Output as _scoremesh_link_v1_LinkCall__Output } from '../../../scoremesh/link/v1/LinkCall.ts';

/**
 * A frame from the caller's side.
 */
export interface ConnectRequest {
  /**
   * Calls to start.
   */
  'calls'?: (_scoremesh_link_v1_LinkCall)[];
  /**
   * Ids of calls that nobody waits for any more, because the caller went away.
   */
  'cancelled'?: (number)[];
  /**
   * Ids of calls that nobody waits for any more, because their deadline passed.
   */
  'expired'?: (number)[];
}

/**
 * A frame from the caller's side.
 */
export interface ConnectRequest__Output {
  /**
   * Calls to start.
   */
  'calls': (_scoremesh_link_v1_LinkCall__Output)[];
  /**
   * Ids of calls that nobody waits for any more, because the caller went away.
   */
  'cancelled': (number)[];
  /**
   * Ids of calls that nobody waits for any more, because their deadline passed.
   */
  'expired': (number)[];
}
