// Original file: scoremesh/audit/v1/record.proto


/**
 * Feature values as the model got them, one row.
 */
export interface FeaturesRead {
  /**
   * A serialized scoremesh.feature.v1.FeatureSet: names, order and digest.
   */
  'featureSet'?: (Buffer | Uint8Array | string);
  /**
   * The serialized scoremesh.feature.v1.GetFeaturesResponse.
   */
  'values'?: (Buffer | Uint8Array | string);
}

/**
 * Feature values as the model got them, one row.
 */
export interface FeaturesRead__Output {
  /**
   * A serialized scoremesh.feature.v1.FeatureSet: names, order and digest.
   */
  'featureSet': (Buffer);
  /**
   * The serialized scoremesh.feature.v1.GetFeaturesResponse.
   */
  'values': (Buffer);
}
