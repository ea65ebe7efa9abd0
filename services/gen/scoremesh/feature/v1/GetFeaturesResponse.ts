// Original file: scoremesh/feature/v1/feature_service.proto

import type { FeatureBlock as _scoremesh_feature_v1_FeatureBlock, FeatureBlock__Output as _scoremesh_feature_v1_FeatureBlock__Output } from '../../../scoremesh/feature/v1/FeatureBlock.ts';

/**
 * Feature values in columns that a tensor can be laid over.
 */
export interface GetFeaturesResponse {
  /**
   * Identity of the feature set's declaration, "sha256:<hex>".
   */
  'digest'?: (string);
  /**
   * Runs of consecutive features of the same type, in the order of the set.
   */
  'blocks'?: (_scoremesh_feature_v1_FeatureBlock)[];
  /**
   * FeatureStatus, one byte a value, row-major [rows, features].
   */
  'statuses'?: (Buffer | Uint8Array | string);
  /**
   * Event time of each value in Unix ms as float64 little-endian, row-major [rows, features]; 0 where NOT_FOUND.
   */
  'eventTimes'?: (Buffer | Uint8Array | string);
  /**
   * Ingest time, likewise.
   */
  'ingestTimes'?: (Buffer | Uint8Array | string);
  /**
   * The moment of the read, Unix ms; ages are counted to it.
   */
  'asOf'?: (number | string);
}

/**
 * Feature values in columns that a tensor can be laid over.
 */
export interface GetFeaturesResponse__Output {
  /**
   * Identity of the feature set's declaration, "sha256:<hex>".
   */
  'digest': (string);
  /**
   * Runs of consecutive features of the same type, in the order of the set.
   */
  'blocks': (_scoremesh_feature_v1_FeatureBlock__Output)[];
  /**
   * FeatureStatus, one byte a value, row-major [rows, features].
   */
  'statuses': (Buffer);
  /**
   * Event time of each value in Unix ms as float64 little-endian, row-major [rows, features]; 0 where NOT_FOUND.
   */
  'eventTimes': (Buffer);
  /**
   * Ingest time, likewise.
   */
  'ingestTimes': (Buffer);
  /**
   * The moment of the read, Unix ms; ages are counted to it.
   */
  'asOf': (number);
}
