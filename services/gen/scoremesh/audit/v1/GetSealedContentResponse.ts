// Original file: scoremesh/audit/v1/audit_service.proto


/**
 * What its entry commits to.
 */
export interface GetSealedContentResponse {
  /**
   * The serialized SealedContent: HMAC-SHA256 of all of it, under the salt that it begins with, is the commitment in the entry. Empty for a record
   * without sealed content.
   */
  'sealedContent'?: (Buffer | Uint8Array | string);
  /**
   * The bytes that the leaf hash covers.
   */
  'entry'?: (Buffer | Uint8Array | string);
}

/**
 * What its entry commits to.
 */
export interface GetSealedContentResponse__Output {
  /**
   * The serialized SealedContent: HMAC-SHA256 of all of it, under the salt that it begins with, is the commitment in the entry. Empty for a record
   * without sealed content.
   */
  'sealedContent': (Buffer);
  /**
   * The bytes that the leaf hash covers.
   */
  'entry': (Buffer);
}
