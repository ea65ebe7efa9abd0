// Original file: inference/grpc_service.proto


/**
 * Unused.
 */
export interface _inference_TraceSettingRequest_SettingValue {
  /**
   * Unused.
   */
  'value'?: (string)[];
}

/**
 * Unused.
 */
export interface _inference_TraceSettingRequest_SettingValue__Output {
  /**
   * Unused.
   */
  'value': (string)[];
}

/**
 * Unused.
 */
export interface TraceSettingRequest {
  /**
   * Unused.
   */
  'settings'?: ({[key: string]: _inference_TraceSettingRequest_SettingValue});
  /**
   * Unused.
   */
  'modelName'?: (string);
}

/**
 * Unused.
 */
export interface TraceSettingRequest__Output {
  /**
   * Unused.
   */
  'settings': ({[key: string]: _inference_TraceSettingRequest_SettingValue__Output});
  /**
   * Unused.
   */
  'modelName': (string);
}
