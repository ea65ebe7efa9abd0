// Original file: scoremesh/feature/v1/feature_service.proto

import type { FeatureView as _scoremesh_feature_v1_FeatureView, FeatureView__Output as _scoremesh_feature_v1_FeatureView__Output } from '../../../scoremesh/feature/v1/FeatureView.ts';
import type { FeatureSet as _scoremesh_feature_v1_FeatureSet, FeatureSet__Output as _scoremesh_feature_v1_FeatureSet__Output } from '../../../scoremesh/feature/v1/FeatureSet.ts';

/**
 * What is declared.
 */
export interface ListFeaturesResponse {
  /**
   * By name.
   */
  'views'?: (_scoremesh_feature_v1_FeatureView)[];
  /**
   * By name.
   */
  'sets'?: (_scoremesh_feature_v1_FeatureSet)[];
}

/**
 * What is declared.
 */
export interface ListFeaturesResponse__Output {
  /**
   * By name.
   */
  'views': (_scoremesh_feature_v1_FeatureView__Output)[];
  /**
   * By name.
   */
  'sets': (_scoremesh_feature_v1_FeatureSet__Output)[];
}
