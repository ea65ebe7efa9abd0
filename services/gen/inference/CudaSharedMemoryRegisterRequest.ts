// Original file: inference/grpc_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Unused.
 */
export interface CudaSharedMemoryRegisterRequest {
  /**
   * Unused.
   */
  'name'?: (string);
  /**
   * Unused.
   */
  'rawHandle'?: (Buffer | Uint8Array | string);
  /**
   * Unused.
   */
  'deviceId'?: (number | string | Long);
  /**
   * Unused.
   */
  'byteSize'?: (number | string | Long);
}

/**
 * Unused.
 */
export interface CudaSharedMemoryRegisterRequest__Output {
  /**
   * Unused.
   */
  'name': (string);
  /**
   * Unused.
   */
  'rawHandle': (Buffer);
  /**
   * Unused.
   */
  'deviceId': (string);
  /**
   * Unused.
   */
  'byteSize': (string);
}
