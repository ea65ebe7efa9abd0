// Original file: scoremesh/audit/v1/audit_service.proto


/**
 * A record to append.
 */
export interface AppendRequest {
  /**
   * The serialized Record, at most 60 KiB.
   */
  'record'?: (Buffer | Uint8Array | string);
  /**
   * Its record_id.
   */
  'recordId'?: (string);
  /**
   * Scope and request_id of an idempotent request; empty for none.
   */
  'idempotencyKey'?: (string);
  /**
   * SHA-256 of the request's content; only with idempotency_key.
   */
  'bodyDigest'?: (Buffer | Uint8Array | string);
  /**
   * A serialized Record with what is personal, at most 64 MiB: sealed apart. Empty for none.
   */
  'personal'?: (Buffer | Uint8Array | string);
  /**
   * The data subject as "entity=key", at most 512 bytes; empty for none.
   */
  'subject'?: (string);
  /**
   * A record whose subject is this one's too; used when subject is empty. Where the log has no such record yet, the content is erased with that one.
   */
  'subjectOf'?: (string);
  /**
   * The same by that record's idempotency_key; used when subject and subject_of are empty.
   */
  'subjectOfKey'?: (string);
}

/**
 * A record to append.
 */
export interface AppendRequest__Output {
  /**
   * The serialized Record, at most 60 KiB.
   */
  'record': (Buffer);
  /**
   * Its record_id.
   */
  'recordId': (string);
  /**
   * Scope and request_id of an idempotent request; empty for none.
   */
  'idempotencyKey': (string);
  /**
   * SHA-256 of the request's content; only with idempotency_key.
   */
  'bodyDigest': (Buffer);
  /**
   * A serialized Record with what is personal, at most 64 MiB: sealed apart. Empty for none.
   */
  'personal': (Buffer);
  /**
   * The data subject as "entity=key", at most 512 bytes; empty for none.
   */
  'subject': (string);
  /**
   * A record whose subject is this one's too; used when subject is empty. Where the log has no such record yet, the content is erased with that one.
   */
  'subjectOf': (string);
  /**
   * The same by that record's idempotency_key; used when subject and subject_of are empty.
   */
  'subjectOfKey': (string);
}
