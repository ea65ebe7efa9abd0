// Original file: google/rpc/status.proto

import type { Any as _google_protobuf_Any, Any__Output as _google_protobuf_Any__Output } from '../../google/protobuf/Any.ts';

/**
 * A failure with machine-readable details.
 */
export interface Status {
  /**
   * A google.rpc.Code, the same numbers as gRPC status codes.
   */
  'code'?: (number);
  /**
   * What is wrong and what to do, for a developer, in English.
   */
  'message'?: (string);
  /**
   * ErrorInfo always; RetryInfo and BadRequest where they apply.
   */
  'details'?: (_google_protobuf_Any)[];
}

/**
 * A failure with machine-readable details.
 */
export interface Status__Output {
  /**
   * A google.rpc.Code, the same numbers as gRPC status codes.
   */
  'code': (number);
  /**
   * What is wrong and what to do, for a developer, in English.
   */
  'message': (string);
  /**
   * ErrorInfo always; RetryInfo and BadRequest where they apply.
   */
  'details': (_google_protobuf_Any__Output)[];
}
