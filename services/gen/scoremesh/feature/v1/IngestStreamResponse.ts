// Original file: scoremesh/feature/v1/feature_service.proto

import type { IngestResponse as _scoremesh_feature_v1_IngestResponse, IngestResponse__Output as _scoremesh_feature_v1_IngestResponse__Output } from '../../../scoremesh/feature/v1/IngestResponse.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * The answer to one batch.
 */
export interface IngestStreamResponse {
  /**
   * The batch's sequence.
   */
  'sequence'?: (number | string | Long);
  /**
   * What became of it.
   */
  'response'?: (_scoremesh_feature_v1_IngestResponse | null);
  /**
   * gRPC status code of the refusal; 0 if it was taken.
   */
  'code'?: (number);
  /**
   * Name of scoremesh.error.v1.Reason without its prefix; empty if it was taken.
   */
  'reason'?: (string);
  /**
   * What was wrong and what to do.
   */
  'message'?: (string);
  /**
   * When to try again, ms; 0 if it says nothing.
   */
  'retryAfterMs'?: (number);
}

/**
 * The answer to one batch.
 */
export interface IngestStreamResponse__Output {
  /**
   * The batch's sequence.
   */
  'sequence': (string);
  /**
   * What became of it.
   */
  'response': (_scoremesh_feature_v1_IngestResponse__Output | null);
  /**
   * gRPC status code of the refusal; 0 if it was taken.
   */
  'code': (number);
  /**
   * Name of scoremesh.error.v1.Reason without its prefix; empty if it was taken.
   */
  'reason': (string);
  /**
   * What was wrong and what to do.
   */
  'message': (string);
  /**
   * When to try again, ms; 0 if it says nothing.
   */
  'retryAfterMs': (number);
}
