// Original file: scoremesh/feature/v1/feature_service.proto


/**
 * What to list.
 */
export interface ListFeaturesRequest {
  /**
   * Only this set, as GetFeaturesRequest names it; also a version that is no longer current. Empty for everything that is current.
   */
  'featureSet'?: (string);
}

/**
 * What to list.
 */
export interface ListFeaturesRequest__Output {
  /**
   * Only this set, as GetFeaturesRequest names it; also a version that is no longer current. Empty for everything that is current.
   */
  'featureSet': (string);
}
