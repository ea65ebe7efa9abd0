// Original file: scoremesh/feature/v1/feature_service.proto

import type { EntityRow as _scoremesh_feature_v1_EntityRow, EntityRow__Output as _scoremesh_feature_v1_EntityRow__Output } from '../../../scoremesh/feature/v1/EntityRow.ts';

/**
 * Which features of which entities.
 */
export interface GetFeaturesRequest {
  /**
   * The feature set's name.
   */
  'featureSet'?: (string);
  /**
   * 1 to 10000 rows.
   */
  'rows'?: (_scoremesh_feature_v1_EntityRow)[];
}

/**
 * Which features of which entities.
 */
export interface GetFeaturesRequest__Output {
  /**
   * The feature set's name.
   */
  'featureSet': (string);
  /**
   * 1 to 10000 rows.
   */
  'rows': (_scoremesh_feature_v1_EntityRow__Output)[];
}
