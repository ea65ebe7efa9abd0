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
  /**
   * Is there, and not loaded.
   */
  MODEL_STATE_UNLOADED: 'MODEL_STATE_UNLOADED',
  /**
   * Answers what is under way and nothing new.
   */
  MODEL_STATE_UNLOADING: 'MODEL_STATE_UNLOADING',
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
   * Is there, and not loaded.
   */
  | 'MODEL_STATE_UNLOADED'
  | 4
  /**
   * Answers what is under way and nothing new.
   */
  | 'MODEL_STATE_UNLOADING'
  | 5

/**
 * Where a version stands.
 */
export type ModelState__Output = typeof ModelState[keyof typeof ModelState]
