// Original file: scoremesh/scoring/v1/scoring_service.proto

/**
 * What a replay found.
 */
export const ReplayVerdict = {
  /**
   * Never sent.
   */
  REPLAY_VERDICT_UNSPECIFIED: 'REPLAY_VERDICT_UNSPECIFIED',
  /**
   * Every output has the same bits.
   */
  REPLAY_VERDICT_SAME: 'REPLAY_VERDICT_SAME',
  /**
   * Outputs differ, on the same build and instruction set: an alarm.
   */
  REPLAY_VERDICT_DIFFERS: 'REPLAY_VERDICT_DIFFERS',
  /**
   * Its content was erased on request.
   */
  REPLAY_VERDICT_ERASED: 'REPLAY_VERDICT_ERASED',
  /**
   * Outputs differ, and so do the library's build or the instruction set.
   */
  REPLAY_VERDICT_ENVIRONMENT: 'REPLAY_VERDICT_ENVIRONMENT',
  /**
   * No version with the recorded digest is in the registry any more.
   */
  REPLAY_VERDICT_MODEL_MISSING: 'REPLAY_VERDICT_MODEL_MISSING',
  /**
   * It was run with changes; nothing was compared.
   */
  REPLAY_VERDICT_WHAT_IF: 'REPLAY_VERDICT_WHAT_IF',
  /**
   * Its content can't be read though nobody asked for its erasure, or it was too large to be kept: an alarm in the first case.
   */
  REPLAY_VERDICT_CONTENT_MISSING: 'REPLAY_VERDICT_CONTENT_MISSING',
} as const;

/**
 * What a replay found.
 */
export type ReplayVerdict =
  /**
   * Never sent.
   */
  | 'REPLAY_VERDICT_UNSPECIFIED'
  | 0
  /**
   * Every output has the same bits.
   */
  | 'REPLAY_VERDICT_SAME'
  | 1
  /**
   * Outputs differ, on the same build and instruction set: an alarm.
   */
  | 'REPLAY_VERDICT_DIFFERS'
  | 2
  /**
   * Its content was erased on request.
   */
  | 'REPLAY_VERDICT_ERASED'
  | 3
  /**
   * Outputs differ, and so do the library's build or the instruction set.
   */
  | 'REPLAY_VERDICT_ENVIRONMENT'
  | 4
  /**
   * No version with the recorded digest is in the registry any more.
   */
  | 'REPLAY_VERDICT_MODEL_MISSING'
  | 5
  /**
   * It was run with changes; nothing was compared.
   */
  | 'REPLAY_VERDICT_WHAT_IF'
  | 6
  /**
   * Its content can't be read though nobody asked for its erasure, or it was too large to be kept: an alarm in the first case.
   */
  | 'REPLAY_VERDICT_CONTENT_MISSING'
  | 7

/**
 * What a replay found.
 */
export type ReplayVerdict__Output = typeof ReplayVerdict[keyof typeof ReplayVerdict]
