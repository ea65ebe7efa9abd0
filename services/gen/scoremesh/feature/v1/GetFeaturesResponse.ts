// Original file: scoremesh/feature/v1/feature_service.proto

import type { FeatureBlock as _scoremesh_feature_v1_FeatureBlock, FeatureBlock__Output as _scoremesh_feature_v1_FeatureBlock__Output } from '../../../scoremesh/feature/v1/FeatureBlock.ts';

/**
 * Feature values in columns that a tensor can be laid over.
 */
export interface GetFeaturesResponse {
  /**
   * Identity of the feature set's version, "sha256:<hex>"; empty if features were named.
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
   * Event times in Unix ms as float64 little-endian, row-major [rows, columns of time_columns]; 0 where there is none. Features of one
   * view share a column. Of windows, the latest event of the view's longest window; of transforms, the moment of the read.
   */
  'eventTimes'?: (Buffer | Uint8Array | string);
  /**
   * Ingest time of that event, likewise.
   */
  'ingestTimes'?: (Buffer | Uint8Array | string);
  /**
   * The moment of the read, Unix ms; ages are counted to it.
   */
  'asOf'?: (number | string);
  /**
   * What was known: the ingest time of the last commit that the read saw, or the request's as_of_ingest_time. 0 if nothing.
   */
  'asOfIngest'?: (number | string);
  /**
   * The moment of each row as float64 little-endian; empty if it is as_of for all.
   */
  'rowMoments'?: (Buffer | Uint8Array | string);
  /**
   * Which column of event_times and ingest_times each feature has: one uint16 little-endian a feature.
   */
  'timeColumns'?: (Buffer | Uint8Array | string);
}

/**
 * Feature values in columns that a tensor can be laid over.
 */
export interface GetFeaturesResponse__Output {
  /**
   * Identity of the feature set's version, "sha256:<hex>"; empty if features were named.
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
   * Event times in Unix ms as float64 little-endian, row-major [rows, columns of time_columns]; 0 where there is none. Features of one
   * view share a column. Of windows, the latest event of the view's longest window; of transforms, the moment of the read.
   */
  'eventTimes': (Buffer);
  /**
   * Ingest time of that event, likewise.
   */
  'ingestTimes': (Buffer);
  /**
   * The moment of the read, Unix ms; ages are counted to it.
   */
  'asOf': (number);
  /**
   * What was known: the ingest time of the last commit that the read saw, or the request's as_of_ingest_time. 0 if nothing.
   */
  'asOfIngest': (number);
  /**
   * The moment of each row as float64 little-endian; empty if it is as_of for all.
   */
  'rowMoments': (Buffer);
  /**
   * Which column of event_times and ingest_times each feature has: one uint16 little-endian a feature.
   */
  'timeColumns': (Buffer);
}
