// Original file: inference/grpc_service.proto


/**
 * What the server is.
 */
export interface ServerMetadataResponse {
  /**
   * "scoremesh".
   */
  'name'?: (string);
  /**
   * Version of the software.
   */
  'version'?: (string);
  /**
   * Protocol extensions that it really has.
   */
  'extensions'?: (string)[];
}

/**
 * What the server is.
 */
export interface ServerMetadataResponse__Output {
  /**
   * "scoremesh".
   */
  'name': (string);
  /**
   * Version of the software.
   */
  'version': (string);
  /**
   * Protocol extensions that it really has.
   */
  'extensions': (string)[];
}
