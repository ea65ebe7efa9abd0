// Original file: inference/grpc_service.proto

import type { InferParameter as _inference_InferParameter, InferParameter__Output as _inference_InferParameter__Output } from '../inference/InferParameter.ts';
import type { InferTensorContents as _inference_InferTensorContents, InferTensorContents__Output as _inference_InferTensorContents__Output } from '../inference/InferTensorContents.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * An input.
 */
export interface _inference_ModelInferRequest_InferInputTensor {
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
   * Its content, unless raw_input_contents is used.
   */
  'contents'?: (_inference_InferTensorContents | null);
}

/**
 * An input.
 */
export interface _inference_ModelInferRequest_InferInputTensor__Output {
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
   * Its content, unless raw_input_contents is used.
   */
  'contents': (_inference_InferTensorContents__Output | null);
}

/**
 * An output that is wanted.
 */
export interface _inference_ModelInferRequest_InferRequestedOutputTensor {
  /**
   * Its name.
   */
  'name'?: (string);
  /**
   * Its parameters.
   */
  'parameters'?: ({[key: string]: _inference_InferParameter});
}

/**
 * An output that is wanted.
 */
export interface _inference_ModelInferRequest_InferRequestedOutputTensor__Output {
  /**
   * Its name.
   */
  'name': (string);
  /**
   * Its parameters.
   */
  'parameters': ({[key: string]: _inference_InferParameter__Output});
}

/**
 * Tensors to run a model on.
 */
export interface ModelInferRequest {
  /**
   * The model's name.
   */
  'modelName'?: (string);
  /**
   * Its version; empty for the one that the server picks.
   */
  'modelVersion'?: (string);
  /**
   * Returned with the answer.
   */
  'id'?: (string);
  /**
   * Parameters of the request: "priority" (1 first to 3 last; 0 for 2), "timeout" (microseconds until nobody wants the answer).
   */
  'parameters'?: ({[key: string]: _inference_InferParameter});
  /**
   * The inputs.
   */
  'inputs'?: (_inference_ModelInferRequest_InferInputTensor)[];
  /**
   * The outputs that are wanted; all of them if empty.
   */
  'outputs'?: (_inference_ModelInferRequest_InferRequestedOutputTensor)[];
  /**
   * Little-endian content of each input, in order.
   */
  'rawInputContents'?: (Buffer | Uint8Array | string)[];
}

/**
 * Tensors to run a model on.
 */
export interface ModelInferRequest__Output {
  /**
   * The model's name.
   */
  'modelName': (string);
  /**
   * Its version; empty for the one that the server picks.
   */
  'modelVersion': (string);
  /**
   * Returned with the answer.
   */
  'id': (string);
  /**
   * Parameters of the request: "priority" (1 first to 3 last; 0 for 2), "timeout" (microseconds until nobody wants the answer).
   */
  'parameters': ({[key: string]: _inference_InferParameter__Output});
  /**
   * The inputs.
   */
  'inputs': (_inference_ModelInferRequest_InferInputTensor__Output)[];
  /**
   * The outputs that are wanted; all of them if empty.
   */
  'outputs': (_inference_ModelInferRequest_InferRequestedOutputTensor__Output)[];
  /**
   * Little-endian content of each input, in order.
   */
  'rawInputContents': (Buffer)[];
}
