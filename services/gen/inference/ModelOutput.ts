// Original file: inference/model_config.proto

import type { DataType as _inference_DataType, DataType__Output as _inference_DataType__Output } from '../inference/DataType.ts';
import type { ModelTensorReshape as _inference_ModelTensorReshape, ModelTensorReshape__Output as _inference_ModelTensorReshape__Output } from '../inference/ModelTensorReshape.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * An output of a model.
 */
export interface ModelOutput {
  /**
   * Its name.
   */
  'name'?: (string);
  /**
   * Its type.
   */
  'dataType'?: (_inference_DataType);
  /**
   * Dimensions without the batch; -1 where they vary.
   */
  'dims'?: (number | string | Long)[];
  /**
   * Names of classes; has no effect.
   */
  'labelFilename'?: (string);
  /**
   * Another shape inside the model.
   */
  'reshape'?: (_inference_ModelTensorReshape | null);
  /**
   * Always false.
   */
  'isShapeTensor'?: (boolean);
}

/**
 * An output of a model.
 */
export interface ModelOutput__Output {
  /**
   * Its name.
   */
  'name': (string);
  /**
   * Its type.
   */
  'dataType': (_inference_DataType__Output);
  /**
   * Dimensions without the batch; -1 where they vary.
   */
  'dims': (string)[];
  /**
   * Names of classes; has no effect.
   */
  'labelFilename': (string);
  /**
   * Another shape inside the model.
   */
  'reshape': (_inference_ModelTensorReshape__Output | null);
  /**
   * Always false.
   */
  'isShapeTensor': (boolean);
}
