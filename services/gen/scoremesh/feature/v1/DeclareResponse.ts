// Original file: scoremesh/feature/v1/feature_service.proto

import type { DeclarationChange as _scoremesh_feature_v1_DeclarationChange, DeclarationChange__Output as _scoremesh_feature_v1_DeclarationChange__Output } from '../../../scoremesh/feature/v1/DeclarationChange.ts';

/**
 * What changed.
 */
export interface DeclareResponse {
  /**
   * One entry for each that is new or has a new digest.
   */
  'changes'?: (_scoremesh_feature_v1_DeclarationChange)[];
}

/**
 * What changed.
 */
export interface DeclareResponse__Output {
  /**
   * One entry for each that is new or has a new digest.
   */
  'changes': (_scoremesh_feature_v1_DeclarationChange__Output)[];
}
