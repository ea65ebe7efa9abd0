// Original file: inference/grpc_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A parameter of a request or a tensor.
 */
export interface InferParameter {
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
   * A double.
   */
  'doubleParam'?: (number | string);
  /**
   * An unsigned integer.
   */
  'uint64Param'?: (number | string | Long);
  /**
   * Exactly one.
   */
  'parameterChoice'?: "boolParam"|"int64Param"|"stringParam"|"doubleParam"|"uint64Param";
}

/**
 * A parameter of a request or a tensor.
 */
export interface InferParameter__Output {
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
   * A double.
   */
  'doubleParam'?: (number);
  /**
   * An unsigned integer.
   */
  'uint64Param'?: (string);
  /**
   * Exactly one.
   */
  'parameterChoice'?: "boolParam"|"int64Param"|"stringParam"|"doubleParam"|"uint64Param";
}
