// Original file: scoremesh/audit/v1/record.proto


/**
 * Where features came from.
 */
export interface FeatureProvenance {
  /**
   * Name of the feature set.
   */
  'featureSet'?: (string);
  /**
   * Its digest, "sha256:<hex>".
   */
  'digest'?: (string);
  /**
   * The moment they were read as of, Unix milliseconds.
   */
  'asOf'?: (number | string);
  /**
   * What had been learnt until then was read, Unix milliseconds.
   */
  'asOfIngest'?: (number | string);
  /**
   * How each was found, one byte a feature in the set's order: a scoremesh.scoring.v1.FeatureStatus.
   */
  'statuses'?: (Buffer | Uint8Array | string);
}

/**
 * Where features came from.
 */
export interface FeatureProvenance__Output {
  /**
   * Name of the feature set.
   */
  'featureSet': (string);
  /**
   * Its digest, "sha256:<hex>".
   */
  'digest': (string);
  /**
   * The moment they were read as of, Unix milliseconds.
   */
  'asOf': (number);
  /**
   * What had been learnt until then was read, Unix milliseconds.
   */
  'asOfIngest': (number);
  /**
   * How each was found, one byte a feature in the set's order: a scoremesh.scoring.v1.FeatureStatus.
   */
  'statuses': (Buffer);
}
