// Original file: feast/serving/ServingService.proto

import type { FeatureList as _feast_serving_FeatureList, FeatureList__Output as _feast_serving_FeatureList__Output } from '../../feast/serving/FeatureList.ts';
import type { RepeatedValue as _feast_types_RepeatedValue, RepeatedValue__Output as _feast_types_RepeatedValue__Output } from '../../feast/types/RepeatedValue.ts';

/**
 * Which features of which entities.
 */
export interface GetOnlineFeaturesRequest {
  /**
   * A feature set: "name" for its current version, "name@sha256:<hex>" for the version with this digest.
   */
  'featureService'?: (string);
  /**
   * Features by name.
   */
  'features'?: (_feast_serving_FeatureList | null);
  /**
   * Join key to a column of keys: string_val, int64_val or int32_val. All columns of a request have the same length; without any there is
   * one row. A column that is called like an input of the set and not like a key of it is an input.
   */
  'entities'?: ({[key: string]: _feast_types_RepeatedValue});
  /**
   * Whether features are called "view__feature" in the answer; default false: "feature".
   */
  'fullFeatureNames'?: (boolean);
  /**
   * Input of the set to a column of its values.
   */
  'requestContext'?: ({[key: string]: _feast_types_RepeatedValue});
  /**
   * Exactly one.
   */
  'kind'?: "featureService"|"features";
}

/**
 * Which features of which entities.
 */
export interface GetOnlineFeaturesRequest__Output {
  /**
   * A feature set: "name" for its current version, "name@sha256:<hex>" for the version with this digest.
   */
  'featureService'?: (string);
  /**
   * Features by name.
   */
  'features'?: (_feast_serving_FeatureList__Output | null);
  /**
   * Join key to a column of keys: string_val, int64_val or int32_val. All columns of a request have the same length; without any there is
   * one row. A column that is called like an input of the set and not like a key of it is an input.
   */
  'entities': ({[key: string]: _feast_types_RepeatedValue__Output});
  /**
   * Whether features are called "view__feature" in the answer; default false: "feature".
   */
  'fullFeatureNames': (boolean);
  /**
   * Input of the set to a column of its values.
   */
  'requestContext': ({[key: string]: _feast_types_RepeatedValue__Output});
  /**
   * Exactly one.
   */
  'kind'?: "featureService"|"features";
}
