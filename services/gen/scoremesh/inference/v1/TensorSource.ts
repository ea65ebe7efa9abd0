// Original file: scoremesh/inference/v1/model_service.proto


/**
 * Where the content of an ONNX input comes from; exactly one of the three.
 */
export interface TensorSource {
  /**
   * The ONNX input.
   */
  'tensor'?: (string);
  /**
   * Request inputs of number, integer or flag type, one column each.
   */
  'columns'?: (string)[];
  /**
   * The feature set whose values, in order, are the columns.
   */
  'featureSet'?: (string);
  /**
   * The request input of tensor type (or a scalar for one element) passed as it is.
   */
  'input'?: (string);
}

/**
 * Where the content of an ONNX input comes from; exactly one of the three.
 */
export interface TensorSource__Output {
  /**
   * The ONNX input.
   */
  'tensor': (string);
  /**
   * Request inputs of number, integer or flag type, one column each.
   */
  'columns': (string)[];
  /**
   * The feature set whose values, in order, are the columns.
   */
  'featureSet': (string);
  /**
   * The request input of tensor type (or a scalar for one element) passed as it is.
   */
  'input': (string);
}
