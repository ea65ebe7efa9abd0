// Original file: scoremesh/inference/v1/model_service.proto


/**
 * What is stored.
 */
export interface RegisterModelHeader {
  /**
   * The model's name.
   */
  'name'?: (string);
  /**
   * The version, >= 1; 0 for one above the highest.
   */
  'version'?: (number);
  /**
   * A folder of the server with the version's files, below SCOREMESH_IMPORT; empty if they are uploaded.
   */
  'path'?: (string);
  /**
   * Aliases to set once it is ready.
   */
  'aliases'?: (string)[];
}

/**
 * What is stored.
 */
export interface RegisterModelHeader__Output {
  /**
   * The model's name.
   */
  'name': (string);
  /**
   * The version, >= 1; 0 for one above the highest.
   */
  'version': (number);
  /**
   * A folder of the server with the version's files, below SCOREMESH_IMPORT; empty if they are uploaded.
   */
  'path': (string);
  /**
   * Aliases to set once it is ready.
   */
  'aliases': (string)[];
}
