// Original file: inference/grpc_service.proto


/**
 * Unused.
 */
export interface _inference_LogSettingsResponse_SettingValue {
  /**
   * Unused.
   */
  'boolParam'?: (boolean);
  /**
   * Unused.
   */
  'uint32Param'?: (number);
  /**
   * Unused.
   */
  'stringParam'?: (string);
  /**
   * Unused.
   */
  'parameterChoice'?: "boolParam"|"uint32Param"|"stringParam";
}

/**
 * Unused.
 */
export interface _inference_LogSettingsResponse_SettingValue__Output {
  /**
   * Unused.
   */
  'boolParam'?: (boolean);
  /**
   * Unused.
   */
  'uint32Param'?: (number);
  /**
   * Unused.
   */
  'stringParam'?: (string);
  /**
   * Unused.
   */
  'parameterChoice'?: "boolParam"|"uint32Param"|"stringParam";
}

/**
 * Unused.
 */
export interface LogSettingsResponse {
  /**
   * Unused.
   */
  'settings'?: ({[key: string]: _inference_LogSettingsResponse_SettingValue});
}

/**
 * Unused.
 */
export interface LogSettingsResponse__Output {
  /**
   * Unused.
   */
  'settings': ({[key: string]: _inference_LogSettingsResponse_SettingValue__Output});
}
