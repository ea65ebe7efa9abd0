// Original file: inference/model_config.proto

import type { DataType as _inference_DataType, DataType__Output as _inference_DataType__Output } from '../inference/DataType.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * An input of it.
 */
export interface _inference_ModelWarmup_Input {
  /**
   * Its type.
   */
  'dataType'?: (_inference_DataType);
  /**
   * Dimensions without the batch.
   */
  'dims'?: (number | string | Long)[];
  /**
   * Zeros.
   */
  'zeroData'?: (boolean);
  /**
   * Any values.
   */
  'randomData'?: (boolean);
  /**
   * Refused: use golden.json.
   */
  'inputDataFile'?: (string);
  /**
   * Exactly one.
   */
  'inputDataType'?: "zeroData"|"randomData"|"inputDataFile";
}

/**
 * An input of it.
 */
export interface _inference_ModelWarmup_Input__Output {
  /**
   * Its type.
   */
  'dataType': (_inference_DataType__Output);
  /**
   * Dimensions without the batch.
   */
  'dims': (string)[];
  /**
   * Zeros.
   */
  'zeroData'?: (boolean);
  /**
   * Any values.
   */
  'randomData'?: (boolean);
  /**
   * Refused: use golden.json.
   */
  'inputDataFile'?: (string);
  /**
   * Exactly one.
   */
  'inputDataType'?: "zeroData"|"randomData"|"inputDataFile";
}

/**
 * A run before the first request.
 */
export interface ModelWarmup {
  /**
   * Its name.
   */
  'name'?: (string);
  /**
   * Rows.
   */
  'batchSize'?: (number);
  /**
   * The inputs by name.
   */
  'inputs'?: ({[key: string]: _inference_ModelWarmup_Input});
  /**
   * How often; 0 for once.
   */
  'count'?: (number);
}

/**
 * A run before the first request.
 */
export interface ModelWarmup__Output {
  /**
   * Its name.
   */
  'name': (string);
  /**
   * Rows.
   */
  'batchSize': (number);
  /**
   * The inputs by name.
   */
  'inputs': ({[key: string]: _inference_ModelWarmup_Input__Output});
  /**
   * How often; 0 for once.
   */
  'count': (number);
}
