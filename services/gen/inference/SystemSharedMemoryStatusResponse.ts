// Original file: inference/grpc_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Unused.
 */
export interface _inference_SystemSharedMemoryStatusResponse_RegionStatus {
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
export interface _inference_SystemSharedMemoryStatusResponse_RegionStatus__Output {
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

/**
 * Unused.
 */
export interface SystemSharedMemoryStatusResponse {
  /**
   * Unused.
   */
  'regions'?: ({[key: string]: _inference_SystemSharedMemoryStatusResponse_RegionStatus});
}

/**
 * Unused.
 */
export interface SystemSharedMemoryStatusResponse__Output {
  /**
   * Unused.
   */
  'regions': ({[key: string]: _inference_SystemSharedMemoryStatusResponse_RegionStatus__Output});
}
