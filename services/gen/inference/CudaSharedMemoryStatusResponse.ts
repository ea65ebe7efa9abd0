// Original file: inference/grpc_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Unused.
 */
export interface _inference_CudaSharedMemoryStatusResponse_RegionStatus {
  /**
   * Unused.
   */
  'name'?: (string);
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
export interface _inference_CudaSharedMemoryStatusResponse_RegionStatus__Output {
  /**
   * Unused.
   */
  'name': (string);
  /**
   * Unused.
   */
  'deviceId': (string);
  /**
   * Unused.
   */
  'byteSize': (string);
}

/**
 * Unused.
 */
export interface CudaSharedMemoryStatusResponse {
  /**
   * Unused.
   */
  'regions'?: ({[key: string]: _inference_CudaSharedMemoryStatusResponse_RegionStatus});
}

/**
 * Unused.
 */
export interface CudaSharedMemoryStatusResponse__Output {
  /**
   * Unused.
   */
  'regions': ({[key: string]: _inference_CudaSharedMemoryStatusResponse_RegionStatus__Output});
}
