// Original file: scoremesh/feature/v1/feature_service.proto

import type { GetFeaturesRequest as _scoremesh_feature_v1_GetFeaturesRequest, GetFeaturesRequest__Output as _scoremesh_feature_v1_GetFeaturesRequest__Output } from '../../../scoremesh/feature/v1/GetFeaturesRequest.ts';

/**
 * A batch of labelled rows; the labels stay with the caller.
 */
export interface BuildTrainingSetRequest {
  /**
   * The rows, each with its own as_of_event_time; its feature_set, features and as_of_ingest_time must be those of the first batch.
   */
  'batch'?: (_scoremesh_feature_v1_GetFeaturesRequest | null);
}

/**
 * A batch of labelled rows; the labels stay with the caller.
 */
export interface BuildTrainingSetRequest__Output {
  /**
   * The rows, each with its own as_of_event_time; its feature_set, features and as_of_ingest_time must be those of the first batch.
   */
  'batch': (_scoremesh_feature_v1_GetFeaturesRequest__Output | null);
}
