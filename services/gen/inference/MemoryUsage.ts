// Original file: inference/grpc_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Memory of a version.
 */
export interface MemoryUsage {
  /**
   * "CPU".
   */
  'type'?: (string);
  /**
   * Always 0.
   */
  'id'?: (number | string | Long);
  /**
   * Size of the model file; what ONNX Runtime takes beyond it is not told.
   */
  'byteSize'?: (number | string | Long);
}

/**
 * Memory of a version.
 */
export interface MemoryUsage__Output {
  /**
   * "CPU".
   */
  'type': (string);
  /**
   * Always 0.
   */
  'id': (string);
  /**
   * Size of the model file; what ONNX Runtime takes beyond it is not told.
   */
  'byteSize': (string);
}
