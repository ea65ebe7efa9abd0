// Original file: scoremesh/scoring/v1/value.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A dense tensor in the layout of the Open Inference Protocol.
 */
export interface Tensor {
  /**
   * BOOL, UINT8..UINT64, INT8..INT64, FP16, BF16, FP32, FP64 or BYTES.
   */
  'datatype'?: (string);
  /**
   * Size of each dimension; empty for a scalar.
   */
  'shape'?: (number | string | Long)[];
  /**
   * Little-endian, row-major, no padding. BYTES: each element is a uint32 length followed by its bytes.
   */
  'data'?: (Buffer | Uint8Array | string);
}

/**
 * A dense tensor in the layout of the Open Inference Protocol.
 */
export interface Tensor__Output {
  /**
   * BOOL, UINT8..UINT64, INT8..INT64, FP16, BF16, FP32, FP64 or BYTES.
   */
  'datatype': (string);
  /**
   * Size of each dimension; empty for a scalar.
   */
  'shape': (string)[];
  /**
   * Little-endian, row-major, no padding. BYTES: each element is a uint32 length followed by its bytes.
   */
  'data': (Buffer);
}
