// Original file: scoremesh/audit/v1/record.proto


/**
 * The tie between an entry and the content that is sealed apart.
 */
export interface Sealed {
  /**
   * 16 random bytes, of this record only: an erasure names it.
   */
  'handle'?: (Buffer | Uint8Array | string);
  /**
   * HMAC-SHA256 of the serialized SealedContent, keyed by its salt: tells nothing to who has not the content.
   */
  'commitment'?: (Buffer | Uint8Array | string);
}

/**
 * The tie between an entry and the content that is sealed apart.
 */
export interface Sealed__Output {
  /**
   * 16 random bytes, of this record only: an erasure names it.
   */
  'handle': (Buffer);
  /**
   * HMAC-SHA256 of the serialized SealedContent, keyed by its salt: tells nothing to who has not the content.
   */
  'commitment': (Buffer);
}
