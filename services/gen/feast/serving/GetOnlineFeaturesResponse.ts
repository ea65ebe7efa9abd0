// Original file: feast/serving/ServingService.proto

import type { GetOnlineFeaturesResponseMetadata as _feast_serving_GetOnlineFeaturesResponseMetadata, GetOnlineFeaturesResponseMetadata__Output as _feast_serving_GetOnlineFeaturesResponseMetadata__Output } from '../../feast/serving/GetOnlineFeaturesResponseMetadata.ts';
import type { Value as _feast_types_Value, Value__Output as _feast_types_Value__Output } from '../../feast/types/Value.ts';
import type { FieldStatus as _feast_serving_FieldStatus, FieldStatus__Output as _feast_serving_FieldStatus__Output } from '../../feast/serving/FieldStatus.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

/**
 * One column.
 */
export interface _feast_serving_GetOnlineFeaturesResponse_FeatureVector {
  /**
   * One for each row. Without a value where the status says that there is none, unless the set declares a value for that case.
   */
  'values'?: (_feast_types_Value)[];
  /**
   * What each value is.
   */
  'statuses'?: (_feast_serving_FieldStatus)[];
  /**
   * Event time of each value; 1970 where there is none, and for entities.
   */
  'eventTimestamps'?: (_google_protobuf_Timestamp)[];
}

/**
 * One column.
 */
export interface _feast_serving_GetOnlineFeaturesResponse_FeatureVector__Output {
  /**
   * One for each row. Without a value where the status says that there is none, unless the set declares a value for that case.
   */
  'values': (_feast_types_Value__Output)[];
  /**
   * What each value is.
   */
  'statuses': (_feast_serving_FieldStatus__Output)[];
  /**
   * Event time of each value; 1970 where there is none, and for entities.
   */
  'eventTimestamps': (_google_protobuf_Timestamp__Output)[];
}

/**
 * Features in columns.
 */
export interface GetOnlineFeaturesResponse {
  /**
   * What the columns are.
   */
  'metadata'?: (_feast_serving_GetOnlineFeaturesResponseMetadata | null);
  /**
   * One for each name: first the columns of the request's entities as they came, then the features in the order of the request or the set.
   */
  'results'?: (_feast_serving_GetOnlineFeaturesResponse_FeatureVector)[];
}

/**
 * Features in columns.
 */
export interface GetOnlineFeaturesResponse__Output {
  /**
   * What the columns are.
   */
  'metadata': (_feast_serving_GetOnlineFeaturesResponseMetadata__Output | null);
  /**
   * One for each name: first the columns of the request's entities as they came, then the features in the order of the request or the set.
   */
  'results': (_feast_serving_GetOnlineFeaturesResponse_FeatureVector__Output)[];
}
