// Original file: inference/grpc_service.proto

import type { ModelRepositoryParameter as _inference_ModelRepositoryParameter, ModelRepositoryParameter__Output as _inference_ModelRepositoryParameter__Output } from '../inference/ModelRepositoryParameter.ts';

/**
 * Which model to unload.
 */
export interface RepositoryModelUnloadRequest {
  /**
   * Unused: there is one repository.
   */
  'repositoryName'?: (string);
  /**
   * The model's name.
   */
  'modelName'?: (string);
  /**
   * "unload_dependents": has no effect, because no model depends on another.
   */
  'parameters'?: ({[key: string]: _inference_ModelRepositoryParameter});
}

/**
 * Which model to unload.
 */
export interface RepositoryModelUnloadRequest__Output {
  /**
   * Unused: there is one repository.
   */
  'repositoryName': (string);
  /**
   * The model's name.
   */
  'modelName': (string);
  /**
   * "unload_dependents": has no effect, because no model depends on another.
   */
  'parameters': ({[key: string]: _inference_ModelRepositoryParameter__Output});
}
