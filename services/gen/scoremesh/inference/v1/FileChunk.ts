// Original file: scoremesh/inference/v1/model_service.proto


/**
 * A piece of a file.
 */
export interface FileChunk {
  /**
   * model.onnx, model.yaml, config.pbtxt or golden.json.
   */
  'file'?: (string);
  /**
   * The next bytes of it.
   */
  'data'?: (Buffer | Uint8Array | string);
}

/**
 * A piece of a file.
 */
export interface FileChunk__Output {
  /**
   * model.onnx, model.yaml, config.pbtxt or golden.json.
   */
  'file': (string);
  /**
   * The next bytes of it.
   */
  'data': (Buffer);
}
