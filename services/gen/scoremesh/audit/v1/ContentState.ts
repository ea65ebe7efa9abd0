// Original file: scoremesh/audit/v1/audit_service.proto

/**
 * What became of a record's sealed content.
 */
export const ContentState = {
  /**
   * Never sent.
   */
  CONTENT_STATE_UNSPECIFIED: 'CONTENT_STATE_UNSPECIFIED',
  /**
   * The record has none.
   */
  CONTENT_STATE_NONE: 'CONTENT_STATE_NONE',
  /**
   * It is there, and is what the entry commits to.
   */
  CONTENT_STATE_PRESENT: 'CONTENT_STATE_PRESENT',
  /**
   * Its subject was erased, and an entry of the log says so.
   */
  CONTENT_STATE_ERASED: 'CONTENT_STATE_ERASED',
  /**
   * It can't be read, though nobody asked for its erasure: an alarm.
   */
  CONTENT_STATE_LOST: 'CONTENT_STATE_LOST',
  /**
   * This process is a read replica and holds no sealed content: ask the writer.
   */
  CONTENT_STATE_NOT_HERE: 'CONTENT_STATE_NOT_HERE',
  /**
   * It is shown to the administrator alone.
   */
  CONTENT_STATE_WITHHELD: 'CONTENT_STATE_WITHHELD',
} as const;

/**
 * What became of a record's sealed content.
 */
export type ContentState =
  /**
   * Never sent.
   */
  | 'CONTENT_STATE_UNSPECIFIED'
  | 0
  /**
   * The record has none.
   */
  | 'CONTENT_STATE_NONE'
  | 1
  /**
   * It is there, and is what the entry commits to.
   */
  | 'CONTENT_STATE_PRESENT'
  | 2
  /**
   * Its subject was erased, and an entry of the log says so.
   */
  | 'CONTENT_STATE_ERASED'
  | 3
  /**
   * It can't be read, though nobody asked for its erasure: an alarm.
   */
  | 'CONTENT_STATE_LOST'
  | 4
  /**
   * This process is a read replica and holds no sealed content: ask the writer.
   */
  | 'CONTENT_STATE_NOT_HERE'
  | 5
  /**
   * It is shown to the administrator alone.
   */
  | 'CONTENT_STATE_WITHHELD'
  | 6

/**
 * What became of a record's sealed content.
 */
export type ContentState__Output = typeof ContentState[keyof typeof ContentState]
