// Original file: inference/grpc_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Unused.
 */
export interface SystemSharedMemoryRegisterRequest {
  /**
   * Unused.
   */
  'name'?: (string);
  /**
   * Unused.
   */
  'key'?: (string);
  /**
   * Unused.
   */
  'offset'?: (number | string | Long);
  /**
   * Unused.
   */
  'byteSize'?: (number | string | Long);
}

/**
 * Unused.
 */
export interface SystemSharedMemoryRegisterRequest__Output {
  /**
   * Unused.
   */
  'name': (string);
  /**
   * Unused.
   */
  'key': (string);
  /**
   * Unused.
   */
  'offset': (string);
  /**
   * Unused.
   */
  'byteSize': (string);
}
