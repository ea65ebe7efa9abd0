// Original file: scoremesh/feature/v1/declaration.proto

import type { SetInput as _scoremesh_feature_v1_SetInput, SetInput__Output as _scoremesh_feature_v1_SetInput__Output } from '../../../scoremesh/feature/v1/SetInput.ts';

/**
 * The ordered features that a model version reads.
 */
export interface FeatureSet {
  /**
   * The set's name.
   */
  'name'?: (string);
  /**
   * SHA-256 of what decides its values: its declaration and those parts of views that it reads; not how streams clean. "sha256:<hex>".
   */
  'digest'?: (string);
  /**
   * "view.feature", or the name of a transform, in order.
   */
  'features'?: (string)[];
  /**
   * The datatype of each.
   */
  'datatypes'?: (string)[];
  /**
   * The keys that a read must name.
   */
  'entities'?: (string)[];
  /**
   * What it is for, for people.
   */
  'description'?: (string);
  /**
   * The request inputs that its transforms read.
   */
  'inputs'?: (_scoremesh_feature_v1_SetInput)[];
  /**
   * Places (from 0) of the features that have a declared value while they are NULL_VALUE or NOT_FOUND.
   */
  'filledWhenAbsent'?: (number)[];
  /**
   * Places (from 0) of the features that have a value while they are OUTSIDE_MAX_AGE: the old one unless it is null, or a declared one.
   */
  'filledWhenStale'?: (number)[];
}

/**
 * The ordered features that a model version reads.
 */
export interface FeatureSet__Output {
  /**
   * The set's name.
   */
  'name': (string);
  /**
   * SHA-256 of what decides its values: its declaration and those parts of views that it reads; not how streams clean. "sha256:<hex>".
   */
  'digest': (string);
  /**
   * "view.feature", or the name of a transform, in order.
   */
  'features': (string)[];
  /**
   * The datatype of each.
   */
  'datatypes': (string)[];
  /**
   * The keys that a read must name.
   */
  'entities': (string)[];
  /**
   * What it is for, for people.
   */
  'description': (string);
  /**
   * The request inputs that its transforms read.
   */
  'inputs': (_scoremesh_feature_v1_SetInput__Output)[];
  /**
   * Places (from 0) of the features that have a declared value while they are NULL_VALUE or NOT_FOUND.
   */
  'filledWhenAbsent': (number)[];
  /**
   * Places (from 0) of the features that have a value while they are OUTSIDE_MAX_AGE: the old one unless it is null, or a declared one.
   */
  'filledWhenStale': (number)[];
}
