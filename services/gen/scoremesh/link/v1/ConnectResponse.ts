// Original file: scoremesh/link/v1/link_service.proto

import type { LinkReply as _scoremesh_link_v1_LinkReply, LinkReply__Output as _scoremesh_link_v1_LinkReply__Output } from '../../../scoremesh/link/v1/LinkReply.ts';
import type { LinkHello as _scoremesh_link_v1_LinkHello, LinkHello__Output as _scoremesh_link_v1_LinkHello__Output } from '../../../scoremesh/link/v1/LinkHello.ts';

/**
 * A frame from the serving side.
 */
export interface ConnectResponse {
  /**
   * Replies, in any order.
   */
  'replies'?: (_scoremesh_link_v1_LinkReply)[];
  /**
   * Only in the first frame.
   */
  'hello'?: (_scoremesh_link_v1_LinkHello | null);
  /**
   * Whether the serving side is stopping: no new calls, what is in flight is finished.
   */
  'draining'?: (boolean);
}

/**
 * A frame from the serving side.
 */
export interface ConnectResponse__Output {
  /**
   * Replies, in any order.
   */
  'replies': (_scoremesh_link_v1_LinkReply__Output)[];
  /**
   * Only in the first frame.
   */
  'hello': (_scoremesh_link_v1_LinkHello__Output | null);
  /**
   * Whether the serving side is stopping: no new calls, what is in flight is finished.
   */
  'draining': (boolean);
}
