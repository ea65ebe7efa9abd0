// Original file: inference/grpc_service.proto


/**
 * A version.
 */
export interface _inference_RepositoryIndexResponse_ModelIndex {
  /**
   * The model's name.
   */
  'name'?: (string);
  /**
   * The version; empty for a model that was never loaded.
   */
  'version'?: (string);
  /**
   * READY, LOADING, UNLOADING, UNAVAILABLE or UNKNOWN.
   */
  'state'?: (string);
  /**
   * Why it is not ready.
   */
  'reason'?: (string);
}

/**
 * A version.
 */
export interface _inference_RepositoryIndexResponse_ModelIndex__Output {
  /**
   * The model's name.
   */
  'name': (string);
  /**
   * The version; empty for a model that was never loaded.
   */
  'version': (string);
  /**
   * READY, LOADING, UNLOADING, UNAVAILABLE or UNKNOWN.
   */
  'state': (string);
  /**
   * Why it is not ready.
   */
  'reason': (string);
}

/**
 * The repository.
 */
export interface RepositoryIndexResponse {
  /**
   * By name, then version.
   */
  'models'?: (_inference_RepositoryIndexResponse_ModelIndex)[];
}

/**
 * The repository.
 */
export interface RepositoryIndexResponse__Output {
  /**
   * By name, then version.
   */
  'models': (_inference_RepositoryIndexResponse_ModelIndex__Output)[];
}
