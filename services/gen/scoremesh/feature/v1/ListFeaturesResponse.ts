// Original file: scoremesh/feature/v1/feature_service.proto

import type { FeatureView as _scoremesh_feature_v1_FeatureView, FeatureView__Output as _scoremesh_feature_v1_FeatureView__Output } from '../../../scoremesh/feature/v1/FeatureView.ts';
import type { FeatureSet as _scoremesh_feature_v1_FeatureSet, FeatureSet__Output as _scoremesh_feature_v1_FeatureSet__Output } from '../../../scoremesh/feature/v1/FeatureSet.ts';
import type { EventStream as _scoremesh_feature_v1_EventStream, EventStream__Output as _scoremesh_feature_v1_EventStream__Output } from '../../../scoremesh/feature/v1/EventStream.ts';
import type { Entity as _scoremesh_feature_v1_Entity, Entity__Output as _scoremesh_feature_v1_Entity__Output } from '../../../scoremesh/feature/v1/Entity.ts';

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
  /**
   * By name.
   */
  'streams'?: (_scoremesh_feature_v1_EventStream)[];
  /**
   * By name.
   */
  'entities'?: (_scoremesh_feature_v1_Entity)[];
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
  /**
   * By name.
   */
  'streams': (_scoremesh_feature_v1_EventStream__Output)[];
  /**
   * By name.
   */
  'entities': (_scoremesh_feature_v1_Entity__Output)[];
}
