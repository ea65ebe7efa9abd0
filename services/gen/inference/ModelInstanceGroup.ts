// Original file: inference/model_config.proto


// Original file: inference/model_config.proto

/**
 * Where they run.
 */
export const _inference_ModelInstanceGroup_Kind = {
  /**
   * Where the server likes.
   */
  KIND_AUTO: 'KIND_AUTO',
  /**
   * Refused: there is no GPU here.
   */
  KIND_GPU: 'KIND_GPU',
  /**
   * On the CPU.
   */
  KIND_CPU: 'KIND_CPU',
  /**
   * Where the model says.
   */
  KIND_MODEL: 'KIND_MODEL',
} as const;

/**
 * Where they run.
 */
export type _inference_ModelInstanceGroup_Kind =
  /**
   * Where the server likes.
   */
  | 'KIND_AUTO'
  | 0
  /**
   * Refused: there is no GPU here.
   */
  | 'KIND_GPU'
  | 1
  /**
   * On the CPU.
   */
  | 'KIND_CPU'
  | 2
  /**
   * Where the model says.
   */
  | 'KIND_MODEL'
  | 3

/**
 * Where they run.
 */
export type _inference_ModelInstanceGroup_Kind__Output = typeof _inference_ModelInstanceGroup_Kind[keyof typeof _inference_ModelInstanceGroup_Kind]

/**
 * Instances of a model.
 */
export interface ModelInstanceGroup {
  /**
   * Unused.
   */
  'name'?: (string);
  /**
   * How many; 0 for 1.
   */
  'count'?: (number);
  /**
   * Where they run.
   */
  'kind'?: (_inference_ModelInstanceGroup_Kind);
}

/**
 * Instances of a model.
 */
export interface ModelInstanceGroup__Output {
  /**
   * Unused.
   */
  'name': (string);
  /**
   * How many; 0 for 1.
   */
  'count': (number);
  /**
   * Where they run.
   */
  'kind': (_inference_ModelInstanceGroup_Kind__Output);
}
