// Original file: inference/grpc_service.proto

import type { InferParameter as _inference_InferParameter, InferParameter__Output as _inference_InferParameter__Output } from '../inference/InferParameter.ts';
import type { InferTensorContents as _inference_InferTensorContents, InferTensorContents__Output as _inference_InferTensorContents__Output } from '../inference/InferTensorContents.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * An output.
 */
export interface _inference_ModelInferResponse_InferOutputTensor {
  /**
   * Its name.
   */
  'name'?: (string);
  /**
   * Its datatype.
   */
  'datatype'?: (string);
  /**
   * Its dimensions.
   */
  'shape'?: (number | string | Long)[];
  /**
   * Its parameters.
   */
  'parameters'?: ({[key: string]: _inference_InferParameter});
  /**
   * Unused: content is in raw_output_contents.
   */
  'contents'?: (_inference_InferTensorContents | null);
}

/**
 * An output.
 */
export interface _inference_ModelInferResponse_InferOutputTensor__Output {
  /**
   * Its name.
   */
  'name': (string);
  /**
   * Its datatype.
   */
  'datatype': (string);
  /**
   * Its dimensions.
   */
  'shape': (string)[];
  /**
   * Its parameters.
   */
  'parameters': ({[key: string]: _inference_InferParameter__Output});
  /**
   * Unused: content is in raw_output_contents.
   */
  'contents': (_inference_InferTensorContents__Output | null);
}

/**
 * What the model answered.
 */
export interface ModelInferResponse {
  /**
   * The model's name.
   */
  'modelName'?: (string);
  /**
   * The version that answered.
   */
  'modelVersion'?: (string);
  /**
   * The request's id.
   */
  'id'?: (string);
  /**
   * "batch_size": rows in the batch that it ran in. "model_digest": SHA-256 of the model file that answered. Where rows depend on
   * the rows beside them also "batch_id" and "batch_row", its place in the batch. Through a gateway "prediction_id", its record.
   */
  'parameters'?: ({[key: string]: _inference_InferParameter});
  /**
   * The outputs.
   */
  'outputs'?: (_inference_ModelInferResponse_InferOutputTensor)[];
  /**
   * Little-endian content of each output, in order.
   */
  'rawOutputContents'?: (Buffer | Uint8Array | string)[];
}

/**
 * What the model answered.
 */
export interface ModelInferResponse__Output {
  /**
   * The model's name.
   */
  'modelName': (string);
  /**
   * The version that answered.
   */
  'modelVersion': (string);
  /**
   * The request's id.
   */
  'id': (string);
  /**
   * "batch_size": rows in the batch that it ran in. "model_digest": SHA-256 of the model file that answered. Where rows depend on
   * the rows beside them also "batch_id" and "batch_row", its place in the batch. Through a gateway "prediction_id", its record.
   */
  'parameters': ({[key: string]: _inference_InferParameter__Output});
  /**
   * The outputs.
   */
  'outputs': (_inference_ModelInferResponse_InferOutputTensor__Output)[];
  /**
   * Little-endian content of each output, in order.
   */
  'rawOutputContents': (Buffer)[];
}
