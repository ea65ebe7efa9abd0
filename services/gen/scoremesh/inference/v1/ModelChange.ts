// Original file: scoremesh/inference/v1/model_service.proto

import type { ModelChangeKind as _scoremesh_inference_v1_ModelChangeKind, ModelChangeKind__Output as _scoremesh_inference_v1_ModelChangeKind__Output } from '../../../scoremesh/inference/v1/ModelChangeKind.ts';

/**
 * One change of the registry.
 */
export interface ModelChange {
  /**
   * UUIDv7; also the id of its audit record.
   */
  'changeId'?: (string);
  /**
   * When, Unix microseconds.
   */
  'occurredAtUs'?: (number | string);
  /**
   * Who asked; "scoremesh" for what the process did by itself.
   */
  'principal'?: (string);
  /**
   * What.
   */
  'kind'?: (_scoremesh_inference_v1_ModelChangeKind);
  /**
   * The model.
   */
  'model'?: (string);
  /**
   * The version; of an alias the one it points at now, 0 for none.
   */
  'version'?: (number);
  /**
   * SHA-256 of the version's model file; empty if it could not be read.
   */
  'digest'?: (string);
  /**
   * The alias, of changes of an alias.
   */
  'alias'?: (string);
  /**
   * The version that the alias pointed at before; 0 for none.
   */
  'previousVersion'?: (number);
  /**
   * Why, of a failure.
   */
  'reason'?: (string);
}

/**
 * One change of the registry.
 */
export interface ModelChange__Output {
  /**
   * UUIDv7; also the id of its audit record.
   */
  'changeId': (string);
  /**
   * When, Unix microseconds.
   */
  'occurredAtUs': (number);
  /**
   * Who asked; "scoremesh" for what the process did by itself.
   */
  'principal': (string);
  /**
   * What.
   */
  'kind': (_scoremesh_inference_v1_ModelChangeKind__Output);
  /**
   * The model.
   */
  'model': (string);
  /**
   * The version; of an alias the one it points at now, 0 for none.
   */
  'version': (number);
  /**
   * SHA-256 of the version's model file; empty if it could not be read.
   */
  'digest': (string);
  /**
   * The alias, of changes of an alias.
   */
  'alias': (string);
  /**
   * The version that the alias pointed at before; 0 for none.
   */
  'previousVersion': (number);
  /**
   * Why, of a failure.
   */
  'reason': (string);
}
