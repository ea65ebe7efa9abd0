// Original file: inference/grpc_service.proto

import type { ModelInferResponse as _inference_ModelInferResponse, ModelInferResponse__Output as _inference_ModelInferResponse__Output } from '../inference/ModelInferResponse.ts';

/**
 * An answer of a stream.
 */
export interface ModelStreamInferResponse {
  /**
   * Why the request failed; empty if it did not.
   */
  'errorMessage'?: (string);
  /**
   * The answer; of a request that failed only its id.
   */
  'inferResponse'?: (_inference_ModelInferResponse | null);
}

/**
 * An answer of a stream.
 */
export interface ModelStreamInferResponse__Output {
  /**
   * Why the request failed; empty if it did not.
   */
  'errorMessage': (string);
  /**
   * The answer; of a request that failed only its id.
   */
  'inferResponse': (_inference_ModelInferResponse__Output | null);
}
