// Original file: inference/grpc_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A tensor.
 */
export interface _inference_ModelMetadataResponse_TensorMetadata {
  /**
   * Its name.
   */
  'name'?: (string);
  /**
   * Its datatype, e.g. FP32.
   */
  'datatype'?: (string);
  /**
   * Its dimensions; -1 where they vary.
   */
  'shape'?: (number | string | Long)[];
}

/**
 * A tensor.
 */
export interface _inference_ModelMetadataResponse_TensorMetadata__Output {
  /**
   * Its name.
   */
  'name': (string);
  /**
   * Its datatype, e.g. FP32.
   */
  'datatype': (string);
  /**
   * Its dimensions; -1 where they vary.
   */
  'shape': (string)[];
}

/**
 * What a model reads and answers.
 */
export interface ModelMetadataResponse {
  /**
   * The model's name.
   */
  'name'?: (string);
  /**
   * Its versions.
   */
  'versions'?: (string)[];
  /**
   * "onnxruntime_onnx".
   */
  'platform'?: (string);
  /**
   * Inputs in order.
   */
  'inputs'?: (_inference_ModelMetadataResponse_TensorMetadata)[];
  /**
   * Outputs in order.
   */
  'outputs'?: (_inference_ModelMetadataResponse_TensorMetadata)[];
  /**
   * Further facts: "digest" is the SHA-256 of the model file, "batch_class" whether rows may share runs, and "batch_finding" why.
   */
  'properties'?: ({[key: string]: string});
}

/**
 * What a model reads and answers.
 */
export interface ModelMetadataResponse__Output {
  /**
   * The model's name.
   */
  'name': (string);
  /**
   * Its versions.
   */
  'versions': (string)[];
  /**
   * "onnxruntime_onnx".
   */
  'platform': (string);
  /**
   * Inputs in order.
   */
  'inputs': (_inference_ModelMetadataResponse_TensorMetadata__Output)[];
  /**
   * Outputs in order.
   */
  'outputs': (_inference_ModelMetadataResponse_TensorMetadata__Output)[];
  /**
   * Further facts: "digest" is the SHA-256 of the model file, "batch_class" whether rows may share runs, and "batch_finding" why.
   */
  'properties': ({[key: string]: string});
}
