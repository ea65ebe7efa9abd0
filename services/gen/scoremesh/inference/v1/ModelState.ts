// Original file: scoremesh/inference/v1/model_service.proto

/**
 * Where a version stands.
 */
export const ModelState = {
  /**
   * Never sent.
   */
  MODEL_STATE_UNSPECIFIED: 'MODEL_STATE_UNSPECIFIED',
  /**
   * Being loaded.
   */
  MODEL_STATE_LOADING: 'MODEL_STATE_LOADING',
  /**
   * Answers.
   */
  MODEL_STATE_READY: 'MODEL_STATE_READY',
  /**
   * Could not be loaded; reason says why.
   */
  MODEL_STATE_FAILED: 'MODEL_STATE_FAILED',
} as const;

/**
 * Where a version stands.
 */
export type ModelState =
  /**
   * Never sent.
   */
  | 'MODEL_STATE_UNSPECIFIED'
  | 0
  /**
   * Being loaded.
   */
  | 'MODEL_STATE_LOADING'
  | 1
  /**
   * Answers.
   */
  | 'MODEL_STATE_READY'
  | 2
  /**
   * Could not be loaded; reason says why.
   */
  | 'MODEL_STATE_FAILED'
  | 3

/**
 * Where a version stands.
 */
export type ModelState__Output = typeof ModelState[keyof typeof ModelState]
