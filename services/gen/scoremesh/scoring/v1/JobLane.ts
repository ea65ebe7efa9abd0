// Original file: scoremesh/scoring/v1/job.proto

/**
 * Who goes first. Lower lanes get a share, so that none waits for ever.
 */
export const JobLane = {
  /**
   * As normal.
   */
  JOB_LANE_UNSPECIFIED: 'JOB_LANE_UNSPECIFIED',
  /**
   * Before the others.
   */
  JOB_LANE_HIGH: 'JOB_LANE_HIGH',
  /**
   * The ordinary one.
   */
  JOB_LANE_NORMAL: 'JOB_LANE_NORMAL',
  /**
   * Behind the others.
   */
  JOB_LANE_LOW: 'JOB_LANE_LOW',
} as const;

/**
 * Who goes first. Lower lanes get a share, so that none waits for ever.
 */
export type JobLane =
  /**
   * As normal.
   */
  | 'JOB_LANE_UNSPECIFIED'
  | 0
  /**
   * Before the others.
   */
  | 'JOB_LANE_HIGH'
  | 1
  /**
   * The ordinary one.
   */
  | 'JOB_LANE_NORMAL'
  | 2
  /**
   * Behind the others.
   */
  | 'JOB_LANE_LOW'
  | 3

/**
 * Who goes first. Lower lanes get a share, so that none waits for ever.
 */
export type JobLane__Output = typeof JobLane[keyof typeof JobLane]
