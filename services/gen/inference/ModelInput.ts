// Original file: inference/model_config.proto

import type { DataType as _inference_DataType, DataType__Output as _inference_DataType__Output } from '../inference/DataType.ts';
import type { ModelTensorReshape as _inference_ModelTensorReshape, ModelTensorReshape__Output as _inference_ModelTensorReshape__Output } from '../inference/ModelTensorReshape.ts';
import type { Long } from '@grpc/proto-loader';

// Original file: inference/model_config.proto

/**
 * Layout of an image; has no effect.
 */
export const _inference_ModelInput_Format = {
  /**
   * No image.
   */
  FORMAT_NONE: 'FORMAT_NONE',
  /**
   * Height, width, channel.
   */
  FORMAT_NHWC: 'FORMAT_NHWC',
  /**
   * Channel, height, width.
   */
  FORMAT_NCHW: 'FORMAT_NCHW',
} as const;

/**
 * Layout of an image; has no effect.
 */
export type _inference_ModelInput_Format =
  /**
   * No image.
   */
  | 'FORMAT_NONE'
  | 0
  /**
   * Height, width, channel.
   */
  | 'FORMAT_NHWC'
  | 1
  /**
   * Channel, height, width.
   */
  | 'FORMAT_NCHW'
  | 2

/**
 * Layout of an image; has no effect.
 */
export type _inference_ModelInput_Format__Output = typeof _inference_ModelInput_Format[keyof typeof _inference_ModelInput_Format]

/**
 * An input of a model.
 */
export interface ModelInput {
  /**
   * Its name.
   */
  'name'?: (string);
  /**
   * Its type.
   */
  'dataType'?: (_inference_DataType);
  /**
   * Its layout.
   */
  'format'?: (_inference_ModelInput_Format);
  /**
   * Dimensions without the batch; -1 where they vary.
   */
  'dims'?: (number | string | Long)[];
  /**
   * Another shape inside the model.
   */
  'reshape'?: (_inference_ModelTensorReshape | null);
  /**
   * Always false.
   */
  'isShapeTensor'?: (boolean);
  /**
   * Always false.
   */
  'allowRaggedBatch'?: (boolean);
  /**
   * Always false: every input is needed.
   */
  'optional'?: (boolean);
}

/**
 * An input of a model.
 */
export interface ModelInput__Output {
  /**
   * Its name.
   */
  'name': (string);
  /**
   * Its type.
   */
  'dataType': (_inference_DataType__Output);
  /**
   * Its layout.
   */
  'format': (_inference_ModelInput_Format__Output);
  /**
   * Dimensions without the batch; -1 where they vary.
   */
  'dims': (string)[];
  /**
   * Another shape inside the model.
   */
  'reshape': (_inference_ModelTensorReshape__Output | null);
  /**
   * Always false.
   */
  'isShapeTensor': (boolean);
  /**
   * Always false.
   */
  'allowRaggedBatch': (boolean);
  /**
   * Always false: every input is needed.
   */
  'optional': (boolean);
}
