// Original file: scoremesh/scoring/v1/value.proto

import type { Tensor as _scoremesh_scoring_v1_Tensor, Tensor__Output as _scoremesh_scoring_v1_Tensor__Output } from '../../../scoremesh/scoring/v1/Tensor.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * One value: what a caller gives, a feature holds, or a model answers.
 */
export interface Value {
  /**
   * A double. Must be finite in requests.
   */
  'number'?: (number | string);
  /**
   * A signed 64-bit integer, exact.
   */
  'integer'?: (number | string | Long);
  /**
   * UTF-8 text, at most 64 KiB.
   */
  'text'?: (string);
  /**
   * A boolean.
   */
  'flag'?: (boolean);
  /**
   * A tensor of any rank.
   */
  'tensor'?: (_scoremesh_scoring_v1_Tensor | null);
  /**
   * Exactly one; none set means null.
   */
  'kind'?: "number"|"integer"|"text"|"flag"|"tensor";
}

/**
 * One value: what a caller gives, a feature holds, or a model answers.
 */
export interface Value__Output {
  /**
   * A double. Must be finite in requests.
   */
  'number'?: (number);
  /**
   * A signed 64-bit integer, exact.
   */
  'integer'?: (string);
  /**
   * UTF-8 text, at most 64 KiB.
   */
  'text'?: (string);
  /**
   * A boolean.
   */
  'flag'?: (boolean);
  /**
   * A tensor of any rank.
   */
  'tensor'?: (_scoremesh_scoring_v1_Tensor__Output | null);
  /**
   * Exactly one; none set means null.
   */
  'kind'?: "number"|"integer"|"text"|"flag"|"tensor";
}
