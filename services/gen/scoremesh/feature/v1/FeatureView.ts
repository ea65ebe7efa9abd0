// Original file: scoremesh/feature/v1/feature_service.proto

import type { Feature as _scoremesh_feature_v1_Feature, Feature__Output as _scoremesh_feature_v1_Feature__Output } from '../../../scoremesh/feature/v1/Feature.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * Declared features of one entity.
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
   * The key fields, in order; empty for a view with one row.
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
}

/**
 * Declared features of one entity.
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
   * The key fields, in order; empty for a view with one row.
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
}
