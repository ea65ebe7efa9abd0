// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { ModelVersion as _scoremesh_scoring_v1_ModelVersion, ModelVersion__Output as _scoremesh_scoring_v1_ModelVersion__Output } from '../../../scoremesh/scoring/v1/ModelVersion.ts';
import type { Value as _scoremesh_scoring_v1_Value, Value__Output as _scoremesh_scoring_v1_Value__Output } from '../../../scoremesh/scoring/v1/Value.ts';
import type { FeatureValue as _scoremesh_scoring_v1_FeatureValue, FeatureValue__Output as _scoremesh_scoring_v1_FeatureValue__Output } from '../../../scoremesh/scoring/v1/FeatureValue.ts';
import type { Receipt as _scoremesh_scoring_v1_Receipt, Receipt__Output as _scoremesh_scoring_v1_Receipt__Output } from '../../../scoremesh/scoring/v1/Receipt.ts';

/**
 * The answer.
 */
export interface ScoreResponse {
  /**
   * UUIDv7 of the prediction and of its audit record.
   */
  'predictionId'?: (string);
  /**
   * Which model answered.
   */
  'model'?: (_scoremesh_scoring_v1_ModelVersion | null);
  /**
   * The model's outputs by declared name, and "decision" where the model declares one.
   */
  'outputs'?: ({[key: string]: _scoremesh_scoring_v1_Value});
  /**
   * The features that were read, in the order of the feature set; only with include_features.
   */
  'features'?: (_scoremesh_scoring_v1_FeatureValue)[];
  /**
   * Where the answer stands in the audit log.
   */
  'receipt'?: (_scoremesh_scoring_v1_Receipt | null);
}

/**
 * The answer.
 */
export interface ScoreResponse__Output {
  /**
   * UUIDv7 of the prediction and of its audit record.
   */
  'predictionId': (string);
  /**
   * Which model answered.
   */
  'model': (_scoremesh_scoring_v1_ModelVersion__Output | null);
  /**
   * The model's outputs by declared name, and "decision" where the model declares one.
   */
  'outputs': ({[key: string]: _scoremesh_scoring_v1_Value__Output});
  /**
   * The features that were read, in the order of the feature set; only with include_features.
   */
  'features': (_scoremesh_scoring_v1_FeatureValue__Output)[];
  /**
   * Where the answer stands in the audit log.
   */
  'receipt': (_scoremesh_scoring_v1_Receipt__Output | null);
}
