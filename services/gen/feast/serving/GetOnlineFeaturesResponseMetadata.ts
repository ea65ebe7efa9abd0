// Original file: feast/serving/ServingService.proto

import type { FeatureList as _feast_serving_FeatureList, FeatureList__Output as _feast_serving_FeatureList__Output } from '../../feast/serving/FeatureList.ts';

/**
 * What the columns are.
 */
export interface GetOnlineFeaturesResponseMetadata {
  /**
   * Their names.
   */
  'featureNames'?: (_feast_serving_FeatureList | null);
}

/**
 * What the columns are.
 */
export interface GetOnlineFeaturesResponseMetadata__Output {
  /**
   * Their names.
   */
  'featureNames': (_feast_serving_FeatureList__Output | null);
}
