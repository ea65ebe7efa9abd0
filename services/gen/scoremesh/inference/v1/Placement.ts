// Original file: scoremesh/inference/v1/model_service.proto

/**
 * Where a model runs.
 */
export const Placement = {
  /**
   * Not loaded.
   */
  PLACEMENT_UNSPECIFIED: 'PLACEMENT_UNSPECIFIED',
  /**
   * On the thread that serves requests, because a run is shorter than handing it over.
   */
  PLACEMENT_INLINE: 'PLACEMENT_INLINE',
  /**
   * In threads of its own.
   */
  PLACEMENT_WORKER: 'PLACEMENT_WORKER',
} as const;

/**
 * Where a model runs.
 */
export type Placement =
  /**
   * Not loaded.
   */
  | 'PLACEMENT_UNSPECIFIED'
  | 0
  /**
   * On the thread that serves requests, because a run is shorter than handing it over.
   */
  | 'PLACEMENT_INLINE'
  | 1
  /**
   * In threads of its own.
   */
  | 'PLACEMENT_WORKER'
  | 2

/**
 * Where a model runs.
 */
export type Placement__Output = typeof Placement[keyof typeof Placement]
