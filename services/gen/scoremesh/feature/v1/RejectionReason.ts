// Original file: scoremesh/feature/v1/event.proto

/**
 * What of a declaration an event broke.
 */
export const RejectionReason = {
  /**
   * Never sent.
   */
  REJECTION_REASON_UNSPECIFIED: 'REJECTION_REASON_UNSPECIFIED',
  /**
   * The stream has no such field.
   */
  REJECTION_REASON_UNKNOWN_FIELD: 'REJECTION_REASON_UNKNOWN_FIELD',
  /**
   * The value is of another type, or its type can't hold it.
   */
  REJECTION_REASON_TYPE: 'REJECTION_REASON_TYPE',
  /**
   * A required field is null or missing.
   */
  REJECTION_REASON_REQUIRED: 'REJECTION_REASON_REQUIRED',
  /**
   * The value is below min or above max.
   */
  REJECTION_REASON_RANGE: 'REJECTION_REASON_RANGE',
  /**
   * The value is not among those allowed.
   */
  REJECTION_REASON_ENUMERATION: 'REJECTION_REASON_ENUMERATION',
  /**
   * A field that is a key is too long or has characters that keys can't have.
   */
  REJECTION_REASON_KEY: 'REJECTION_REASON_KEY',
  /**
   * The event time is further ahead than the stream's max_lead.
   */
  REJECTION_REASON_FUTURE: 'REJECTION_REASON_FUTURE',
  /**
   * The event time is before what the stream's retention keeps.
   */
  REJECTION_REASON_EXPIRED: 'REJECTION_REASON_EXPIRED',
  /**
   * A message from NATS that can't be read as an event. Rows of files are read by whoever loads them: what is none never comes here.
   */
  REJECTION_REASON_MALFORMED: 'REJECTION_REASON_MALFORMED',
} as const;

/**
 * What of a declaration an event broke.
 */
export type RejectionReason =
  /**
   * Never sent.
   */
  | 'REJECTION_REASON_UNSPECIFIED'
  | 0
  /**
   * The stream has no such field.
   */
  | 'REJECTION_REASON_UNKNOWN_FIELD'
  | 1
  /**
   * The value is of another type, or its type can't hold it.
   */
  | 'REJECTION_REASON_TYPE'
  | 2
  /**
   * A required field is null or missing.
   */
  | 'REJECTION_REASON_REQUIRED'
  | 3
  /**
   * The value is below min or above max.
   */
  | 'REJECTION_REASON_RANGE'
  | 4
  /**
   * The value is not among those allowed.
   */
  | 'REJECTION_REASON_ENUMERATION'
  | 5
  /**
   * A field that is a key is too long or has characters that keys can't have.
   */
  | 'REJECTION_REASON_KEY'
  | 6
  /**
   * The event time is further ahead than the stream's max_lead.
   */
  | 'REJECTION_REASON_FUTURE'
  | 7
  /**
   * The event time is before what the stream's retention keeps.
   */
  | 'REJECTION_REASON_EXPIRED'
  | 8
  /**
   * A message from NATS that can't be read as an event. Rows of files are read by whoever loads them: what is none never comes here.
   */
  | 'REJECTION_REASON_MALFORMED'
  | 9

/**
 * What of a declaration an event broke.
 */
export type RejectionReason__Output = typeof RejectionReason[keyof typeof RejectionReason]
