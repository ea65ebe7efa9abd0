// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { FeatureValue as _scoremesh_scoring_v1_FeatureValue, FeatureValue__Output as _scoremesh_scoring_v1_FeatureValue__Output } from '../../../scoremesh/scoring/v1/FeatureValue.ts';

/**
 * A feature that is read differently now.
 */
export interface FeatureSkew {
  /**
   * "view.feature".
   */
  'name'?: (string);
  /**
   * As recorded.
   */
  'recorded'?: (_scoremesh_scoring_v1_FeatureValue | null);
  /**
   * As read now, as of then.
   */
  'read'?: (_scoremesh_scoring_v1_FeatureValue | null);
}

/**
 * A feature that is read differently now.
 */
export interface FeatureSkew__Output {
  /**
   * "view.feature".
   */
  'name': (string);
  /**
   * As recorded.
   */
  'recorded': (_scoremesh_scoring_v1_FeatureValue__Output | null);
  /**
   * As read now, as of then.
   */
  'read': (_scoremesh_scoring_v1_FeatureValue__Output | null);
}
