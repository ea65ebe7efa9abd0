// Original file: scoremesh/link/v1/link_service.proto

import type { Status as _google_rpc_Status, Status__Output as _google_rpc_Status__Output } from '../../../google/rpc/Status.ts';

/**
 * One reply.
 */
export interface LinkReply {
  /**
   * The call's id.
   */
  'id'?: (number);
  /**
   * The serialized response; meaningful without error.
   */
  'response'?: (Buffer | Uint8Array | string);
  /**
   * Why there is no response.
   */
  'error'?: (_google_rpc_Status | null);
}

/**
 * One reply.
 */
export interface LinkReply__Output {
  /**
   * The call's id.
   */
  'id': (number);
  /**
   * The serialized response; meaningful without error.
   */
  'response': (Buffer);
  /**
   * Why there is no response.
   */
  'error': (_google_rpc_Status__Output | null);
}
