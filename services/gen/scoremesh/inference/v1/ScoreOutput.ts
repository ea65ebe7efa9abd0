// Original file: scoremesh/inference/v1/model_service.proto


/**
 * One named output of an answer.
 */
export interface ScoreOutput {
  /**
   * Its name in ScoreResponse.outputs.
   */
  'name'?: (string);
  /**
   * The ONNX output it comes from.
   */
  'tensor'?: (string);
}

/**
 * One named output of an answer.
 */
export interface ScoreOutput__Output {
  /**
   * Its name in ScoreResponse.outputs.
   */
  'name': (string);
  /**
   * The ONNX output it comes from.
   */
  'tensor': (string);
}
