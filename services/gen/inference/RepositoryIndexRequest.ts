// Original file: inference/grpc_service.proto


/**
 * Which models.
 */
export interface RepositoryIndexRequest {
  /**
   * Unused: there is one repository.
   */
  'repositoryName'?: (string);
  /**
   * Only those that are ready.
   */
  'ready'?: (boolean);
}

/**
 * Which models.
 */
export interface RepositoryIndexRequest__Output {
  /**
   * Unused: there is one repository.
   */
  'repositoryName': (string);
  /**
   * Only those that are ready.
   */
  'ready': (boolean);
}
