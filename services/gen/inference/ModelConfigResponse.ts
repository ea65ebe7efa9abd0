// Original file: inference/grpc_service.proto

import type { ModelConfig as _inference_ModelConfig, ModelConfig__Output as _inference_ModelConfig__Output } from '../inference/ModelConfig.ts';

/**
 * How it is served.
 */
export interface ModelConfigResponse {
  /**
   * Complete, with what the model itself says.
   */
  'config'?: (_inference_ModelConfig | null);
}

/**
 * How it is served.
 */
export interface ModelConfigResponse__Output {
  /**
   * Complete, with what the model itself says.
   */
  'config': (_inference_ModelConfig__Output | null);
}
