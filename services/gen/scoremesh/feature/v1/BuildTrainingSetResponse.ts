// Original file: scoremesh/feature/v1/feature_service.proto

import type { GetFeaturesResponse as _scoremesh_feature_v1_GetFeaturesResponse, GetFeaturesResponse__Output as _scoremesh_feature_v1_GetFeaturesResponse__Output } from '../../../scoremesh/feature/v1/GetFeaturesResponse.ts';

/**
 * Their features.
 */
export interface BuildTrainingSetResponse {
  /**
   * Row i belongs to row i of the batch.
   */
  'batch'?: (_scoremesh_feature_v1_GetFeaturesResponse | null);
}

/**
 * Their features.
 */
export interface BuildTrainingSetResponse__Output {
  /**
   * Row i belongs to row i of the batch.
   */
  'batch': (_scoremesh_feature_v1_GetFeaturesResponse__Output | null);
}
