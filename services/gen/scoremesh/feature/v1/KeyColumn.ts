// Original file: scoremesh/feature/v1/feature_service.proto


/**
 * A key field of all rows.
 */
export interface KeyColumn {
  /**
   * The key field, e.g. "origin".
   */
  'name'?: (string);
  /**
   * The key of each row: its size as uint32 little-endian, then its bytes of UTF-8. As FeatureBlock.data of BYTES.
   */
  'keys'?: (Buffer | Uint8Array | string);
}

/**
 * A key field of all rows.
 */
export interface KeyColumn__Output {
  /**
   * The key field, e.g. "origin".
   */
  'name': (string);
  /**
   * The key of each row: its size as uint32 little-endian, then its bytes of UTF-8. As FeatureBlock.data of BYTES.
   */
  'keys': (Buffer);
}
