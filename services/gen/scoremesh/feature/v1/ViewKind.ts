// Original file: scoremesh/feature/v1/declaration.proto

/**
 * What a view makes of its events.
 */
export const ViewKind = {
  /**
   * Never sent.
   */
  VIEW_KIND_UNSPECIFIED: 'VIEW_KIND_UNSPECIFIED',
  /**
   * The fields of the last event, by event time.
   */
  VIEW_KIND_LATEST: 'VIEW_KIND_LATEST',
  /**
   * Aggregates over sliding windows.
   */
  VIEW_KIND_WINDOWED: 'VIEW_KIND_WINDOWED',
} as const;

/**
 * What a view makes of its events.
 */
export type ViewKind =
  /**
   * Never sent.
   */
  | 'VIEW_KIND_UNSPECIFIED'
  | 0
  /**
   * The fields of the last event, by event time.
   */
  | 'VIEW_KIND_LATEST'
  | 1
  /**
   * Aggregates over sliding windows.
   */
  | 'VIEW_KIND_WINDOWED'
  | 2

/**
 * What a view makes of its events.
 */
export type ViewKind__Output = typeof ViewKind[keyof typeof ViewKind]
