// Original file: scoremesh/feature/v1/declaration.proto

import type { Feature as _scoremesh_feature_v1_Feature, Feature__Output as _scoremesh_feature_v1_Feature__Output } from '../../../scoremesh/feature/v1/Feature.ts';
import type { ViewKind as _scoremesh_feature_v1_ViewKind, ViewKind__Output as _scoremesh_feature_v1_ViewKind__Output } from '../../../scoremesh/feature/v1/ViewKind.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * Declared features of one entity from one stream.
 */
export interface FeatureView {
  /**
   * The view's name.
   */
  'name'?: (string);
  /**
   * What it is about, for people.
   */
  'description'?: (string);
  /**
   * The key fields, in order; empty for a view of the whole stream.
   */
  'keys'?: (string)[];
  /**
   * Age in ms beyond which a value is OUTSIDE_MAX_AGE; 0 for none.
   */
  'maxAgeMs'?: (number | string | Long);
  /**
   * The features.
   */
  'features'?: (_scoremesh_feature_v1_Feature)[];
  /**
   * The stream that it reads.
   */
  'stream'?: (string);
  /**
   * Whether it holds the latest values or windows.
   */
  'kind'?: (_scoremesh_feature_v1_ViewKind);
  /**
   * SHA-256 of what decides its values: its declaration, its entity, and the types of the fields it reads; not how its stream cleans.
   * "sha256:<hex>".
   */
  'digest'?: (string);
  /**
   * The entity; empty for the whole stream.
   */
  'entity'?: (string);
}

/**
 * Declared features of one entity from one stream.
 */
export interface FeatureView__Output {
  /**
   * The view's name.
   */
  'name': (string);
  /**
   * What it is about, for people.
   */
  'description': (string);
  /**
   * The key fields, in order; empty for a view of the whole stream.
   */
  'keys': (string)[];
  /**
   * Age in ms beyond which a value is OUTSIDE_MAX_AGE; 0 for none.
   */
  'maxAgeMs': (string);
  /**
   * The features.
   */
  'features': (_scoremesh_feature_v1_Feature__Output)[];
  /**
   * The stream that it reads.
   */
  'stream': (string);
  /**
   * Whether it holds the latest values or windows.
   */
  'kind': (_scoremesh_feature_v1_ViewKind__Output);
  /**
   * SHA-256 of what decides its values: its declaration, its entity, and the types of the fields it reads; not how its stream cleans.
   * "sha256:<hex>".
   */
  'digest': (string);
  /**
   * The entity; empty for the whole stream.
   */
  'entity': (string);
}
