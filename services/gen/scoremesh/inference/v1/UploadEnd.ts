// Original file: scoremesh/inference/v1/model_service.proto


/**
 * All files of an upload were sent. A stream that is cut off looks like one that ended, so the end is told.
 */
export interface UploadEnd {
  /**
   * "sha256:<hex>" of model.onnx, which it must have; empty not to compare.
   */
  'digest'?: (string);
}

/**
 * All files of an upload were sent. A stream that is cut off looks like one that ended, so the end is told.
 */
export interface UploadEnd__Output {
  /**
   * "sha256:<hex>" of model.onnx, which it must have; empty not to compare.
   */
  'digest': (string);
}
