// Original file: inference/grpc_service.proto


/**
 * Unused.
 */
export interface _inference_TraceSettingResponse_SettingValue {
  /**
   * Unused.
   */
  'value'?: (string)[];
}

/**
 * Unused.
 */
export interface _inference_TraceSettingResponse_SettingValue__Output {
  /**
   * Unused.
   */
  'value': (string)[];
}

/**
 * Unused.
 */
export interface TraceSettingResponse {
  /**
   * Unused.
   */
  'settings'?: ({[key: string]: _inference_TraceSettingResponse_SettingValue});
}

/**
 * Unused.
 */
export interface TraceSettingResponse__Output {
  /**
   * Unused.
   */
  'settings': ({[key: string]: _inference_TraceSettingResponse_SettingValue__Output});
}
