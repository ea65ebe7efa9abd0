// Original file: scoremesh/inference/v1/model_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * An ONNX input or output.
 */
export interface TensorSpec {
  /**
   * Its name in the model.
   */
  'name'?: (string);
  /**
   * Datatype as in the Open Inference Protocol.
   */
  'datatype'?: (string);
  /**
   * Dimensions; -1 where the model leaves them open.
   */
  'shape'?: (number | string | Long)[];
}

/**
 * An ONNX input or output.
 */
export interface TensorSpec__Output {
  /**
   * Its name in the model.
   */
  'name': (string);
  /**
   * Datatype as in the Open Inference Protocol.
   */
  'datatype': (string);
  /**
   * Dimensions; -1 where the model leaves them open.
   */
  'shape': (string)[];
}
