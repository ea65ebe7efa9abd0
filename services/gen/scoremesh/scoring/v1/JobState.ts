// Original file: scoremesh/scoring/v1/job.proto

/**
 * Where a job stands.
 */
export const JobState = {
  /**
   * Never sent.
   */
  JOB_STATE_UNSPECIFIED: 'JOB_STATE_UNSPECIFIED',
  /**
   * Accepted; not yet taken by a worker, or waiting to be tried again.
   */
  JOB_STATE_QUEUED: 'JOB_STATE_QUEUED',
  /**
   * A worker is at it.
   */
  JOB_STATE_RUNNING: 'JOB_STATE_RUNNING',
  /**
   * Scored; the result has the answer.
   */
  JOB_STATE_SUCCEEDED: 'JOB_STATE_SUCCEEDED',
  /**
   * Refused for a reason that no repeat changes, such as an invalid input.
   */
  JOB_STATE_FAILED: 'JOB_STATE_FAILED',
  /**
   * Tried as often as allowed, in vain; it is among the dead letters.
   */
  JOB_STATE_DEAD: 'JOB_STATE_DEAD',
  /**
   * Not scored, as asked.
   */
  JOB_STATE_CANCELLED: 'JOB_STATE_CANCELLED',
  /**
   * Not scored, because its deadline had passed.
   */
  JOB_STATE_EXPIRED: 'JOB_STATE_EXPIRED',
} as const;

/**
 * Where a job stands.
 */
export type JobState =
  /**
   * Never sent.
   */
  | 'JOB_STATE_UNSPECIFIED'
  | 0
  /**
   * Accepted; not yet taken by a worker, or waiting to be tried again.
   */
  | 'JOB_STATE_QUEUED'
  | 1
  /**
   * A worker is at it.
   */
  | 'JOB_STATE_RUNNING'
  | 2
  /**
   * Scored; the result has the answer.
   */
  | 'JOB_STATE_SUCCEEDED'
  | 3
  /**
   * Refused for a reason that no repeat changes, such as an invalid input.
   */
  | 'JOB_STATE_FAILED'
  | 4
  /**
   * Tried as often as allowed, in vain; it is among the dead letters.
   */
  | 'JOB_STATE_DEAD'
  | 5
  /**
   * Not scored, as asked.
   */
  | 'JOB_STATE_CANCELLED'
  | 6
  /**
   * Not scored, because its deadline had passed.
   */
  | 'JOB_STATE_EXPIRED'
  | 7

/**
 * Where a job stands.
 */
export type JobState__Output = typeof JobState[keyof typeof JobState]
