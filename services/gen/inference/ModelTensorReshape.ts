// Original file: inference/model_config.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Another shape of a tensor inside the model; refused unless it is the same.
 */
export interface ModelTensorReshape {
  /**
   * Dimensions.
   */
  'shape'?: (number | string | Long)[];
}

/**
 * Another shape of a tensor inside the model; refused unless it is the same.
 */
export interface ModelTensorReshape__Output {
  /**
   * Dimensions.
   */
  'shape': (string)[];
}
