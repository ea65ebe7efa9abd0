// Original file: inference/grpc_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A parameter of a load or unload.
 */
export interface ModelRepositoryParameter {
  /**
   * A boolean.
   */
  'boolParam'?: (boolean);
  /**
   * An integer.
   */
  'int64Param'?: (number | string | Long);
  /**
   * A text.
   */
  'stringParam'?: (string);
  /**
   * Bytes.
   */
  'bytesParam'?: (Buffer | Uint8Array | string);
  /**
   * Exactly one.
   */
  'parameterChoice'?: "boolParam"|"int64Param"|"stringParam"|"bytesParam";
}

/**
 * A parameter of a load or unload.
 */
export interface ModelRepositoryParameter__Output {
  /**
   * A boolean.
   */
  'boolParam'?: (boolean);
  /**
   * An integer.
   */
  'int64Param'?: (string);
  /**
   * A text.
   */
  'stringParam'?: (string);
  /**
   * Bytes.
   */
  'bytesParam'?: (Buffer);
  /**
   * Exactly one.
   */
  'parameterChoice'?: "boolParam"|"int64Param"|"stringParam"|"bytesParam";
}
