// Original file: scoremesh/inference/v1/model_service.proto

/**
 * Something that happened to a model.
 */
export const ModelChangeKind = {
  /**
   * Never sent.
   */
  MODEL_CHANGE_KIND_UNSPECIFIED: 'MODEL_CHANGE_KIND_UNSPECIFIED',
  /**
   * A version was stored.
   */
  MODEL_CHANGE_KIND_REGISTERED: 'MODEL_CHANGE_KIND_REGISTERED',
  /**
   * A version answers from now on.
   */
  MODEL_CHANGE_KIND_LOADED: 'MODEL_CHANGE_KIND_LOADED',
  /**
   * A version could not be loaded; reason says why.
   */
  MODEL_CHANGE_KIND_FAILED: 'MODEL_CHANGE_KIND_FAILED',
  /**
   * A version no longer answers.
   */
  MODEL_CHANGE_KIND_UNLOADED: 'MODEL_CHANGE_KIND_UNLOADED',
  /**
   * An alias was moved, or set for the first time.
   */
  MODEL_CHANGE_KIND_ALIAS_SET: 'MODEL_CHANGE_KIND_ALIAS_SET',
  /**
   * An alias was removed.
   */
  MODEL_CHANGE_KIND_ALIAS_REMOVED: 'MODEL_CHANGE_KIND_ALIAS_REMOVED',
  /**
   * An alias was moved back.
   */
  MODEL_CHANGE_KIND_ALIAS_ROLLED_BACK: 'MODEL_CHANGE_KIND_ALIAS_ROLLED_BACK',
} as const;

/**
 * Something that happened to a model.
 */
export type ModelChangeKind =
  /**
   * Never sent.
   */
  | 'MODEL_CHANGE_KIND_UNSPECIFIED'
  | 0
  /**
   * A version was stored.
   */
  | 'MODEL_CHANGE_KIND_REGISTERED'
  | 1
  /**
   * A version answers from now on.
   */
  | 'MODEL_CHANGE_KIND_LOADED'
  | 2
  /**
   * A version could not be loaded; reason says why.
   */
  | 'MODEL_CHANGE_KIND_FAILED'
  | 3
  /**
   * A version no longer answers.
   */
  | 'MODEL_CHANGE_KIND_UNLOADED'
  | 4
  /**
   * An alias was moved, or set for the first time.
   */
  | 'MODEL_CHANGE_KIND_ALIAS_SET'
  | 5
  /**
   * An alias was removed.
   */
  | 'MODEL_CHANGE_KIND_ALIAS_REMOVED'
  | 6
  /**
   * An alias was moved back.
   */
  | 'MODEL_CHANGE_KIND_ALIAS_ROLLED_BACK'
  | 7

/**
 * Something that happened to a model.
 */
export type ModelChangeKind__Output = typeof ModelChangeKind[keyof typeof ModelChangeKind]
