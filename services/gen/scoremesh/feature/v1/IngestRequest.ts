// Original file: scoremesh/feature/v1/feature_service.proto

import type { FeatureRow as _scoremesh_feature_v1_FeatureRow, FeatureRow__Output as _scoremesh_feature_v1_FeatureRow__Output } from '../../../scoremesh/feature/v1/FeatureRow.ts';

/**
 * Rows to store.
 */
export interface IngestRequest {
  /**
   * 1 to 10000 rows.
   */
  'rows'?: (_scoremesh_feature_v1_FeatureRow)[];
}

/**
 * Rows to store.
 */
export interface IngestRequest__Output {
  /**
   * 1 to 10000 rows.
   */
  'rows': (_scoremesh_feature_v1_FeatureRow__Output)[];
}
