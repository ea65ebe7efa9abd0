// Original file: inference/model_config.proto

import type { Long } from '@grpc/proto-loader';

/**
 * All of them.
 */
export interface _inference_ModelVersionPolicy_All {
}

/**
 * All of them.
 */
export interface _inference_ModelVersionPolicy_All__Output {
}

/**
 * The highest ones.
 */
export interface _inference_ModelVersionPolicy_Latest {
  /**
   * How many; 0 for 1.
   */
  'numVersions'?: (number);
}

/**
 * The highest ones.
 */
export interface _inference_ModelVersionPolicy_Latest__Output {
  /**
   * How many; 0 for 1.
   */
  'numVersions': (number);
}

/**
 * Those that are named.
 */
export interface _inference_ModelVersionPolicy_Specific {
  /**
   * Their numbers.
   */
  'versions'?: (number | string | Long)[];
}

/**
 * Those that are named.
 */
export interface _inference_ModelVersionPolicy_Specific__Output {
  /**
   * Their numbers.
   */
  'versions': (string)[];
}

/**
 * Which versions are loaded.
 */
export interface ModelVersionPolicy {
  /**
   * The highest ones.
   */
  'latest'?: (_inference_ModelVersionPolicy_Latest | null);
  /**
   * All of them.
   */
  'all'?: (_inference_ModelVersionPolicy_All | null);
  /**
   * Those that are named.
   */
  'specific'?: (_inference_ModelVersionPolicy_Specific | null);
  /**
   * Exactly one.
   */
  'policyChoice'?: "latest"|"all"|"specific";
}

/**
 * Which versions are loaded.
 */
export interface ModelVersionPolicy__Output {
  /**
   * The highest ones.
   */
  'latest'?: (_inference_ModelVersionPolicy_Latest__Output | null);
  /**
   * All of them.
   */
  'all'?: (_inference_ModelVersionPolicy_All__Output | null);
  /**
   * Those that are named.
   */
  'specific'?: (_inference_ModelVersionPolicy_Specific__Output | null);
  /**
   * Exactly one.
   */
  'policyChoice'?: "latest"|"all"|"specific";
}
