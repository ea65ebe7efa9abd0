// Original file: inference/grpc_service.proto

import type { ModelRepositoryParameter as _inference_ModelRepositoryParameter, ModelRepositoryParameter__Output as _inference_ModelRepositoryParameter__Output } from '../inference/ModelRepositoryParameter.ts';

/**
 * Which model to load.
 */
export interface RepositoryModelLoadRequest {
  /**
   * Unused: there is one repository.
   */
  'repositoryName'?: (string);
  /**
   * The model's name.
   */
  'modelName'?: (string);
  /**
   * "config": a ModelConfig as JSON in place of the file; "file:<version>/<file>": content in place of the repository's.
   */
  'parameters'?: ({[key: string]: _inference_ModelRepositoryParameter});
}

/**
 * Which model to load.
 */
export interface RepositoryModelLoadRequest__Output {
  /**
   * Unused: there is one repository.
   */
  'repositoryName': (string);
  /**
   * The model's name.
   */
  'modelName': (string);
  /**
   * "config": a ModelConfig as JSON in place of the file; "file:<version>/<file>": content in place of the repository's.
   */
  'parameters': ({[key: string]: _inference_ModelRepositoryParameter__Output});
}
