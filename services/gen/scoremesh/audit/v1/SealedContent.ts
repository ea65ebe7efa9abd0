// Original file: scoremesh/audit/v1/sealed_content.proto


/**
 * What is personal of a record, as it is encrypted (AES-256-GCM) under a key of its own, which is derived from the key of its subject.
 */
export interface SealedContent {
  /**
   * 32 random bytes; the key of the commitment.
   */
  'salt'?: (Buffer | Uint8Array | string);
  /**
   * The data subject as "entity=key"; empty for none.
   */
  'subject'?: (string);
  /**
   * SHA-256 of the request's content, of an idempotent request; empty otherwise.
   */
  'bodyDigest'?: (Buffer | Uint8Array | string);
  /**
   * A serialized Record that has only what is personal.
   */
  'personal'?: (Buffer | Uint8Array | string);
  /**
   * Zeros, so that the length of the content tells little.
   */
  'padding'?: (Buffer | Uint8Array | string);
}

/**
 * What is personal of a record, as it is encrypted (AES-256-GCM) under a key of its own, which is derived from the key of its subject.
 */
export interface SealedContent__Output {
  /**
   * 32 random bytes; the key of the commitment.
   */
  'salt': (Buffer);
  /**
   * The data subject as "entity=key"; empty for none.
   */
  'subject': (string);
  /**
   * SHA-256 of the request's content, of an idempotent request; empty otherwise.
   */
  'bodyDigest': (Buffer);
  /**
   * A serialized Record that has only what is personal.
   */
  'personal': (Buffer);
  /**
   * Zeros, so that the length of the content tells little.
   */
  'padding': (Buffer);
}
