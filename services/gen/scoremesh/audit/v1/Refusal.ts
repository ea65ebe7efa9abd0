// Original file: scoremesh/audit/v1/record.proto

import type { ScoreRequest as _scoremesh_scoring_v1_ScoreRequest, ScoreRequest__Output as _scoremesh_scoring_v1_ScoreRequest__Output } from '../../../scoremesh/scoring/v1/ScoreRequest.ts';
import type { OmittedPayload as _scoremesh_audit_v1_OmittedPayload, OmittedPayload__Output as _scoremesh_audit_v1_OmittedPayload__Output } from '../../../scoremesh/audit/v1/OmittedPayload.ts';

/**
 * A request that got no prediction.
 */
export interface Refusal {
  /**
   * The request as far as it could be read.
   */
  'request'?: (_scoremesh_scoring_v1_ScoreRequest | null);
  /**
   * gRPC status code.
   */
  'code'?: (number);
  /**
   * Name of scoremesh.error.v1.Reason without its prefix.
   */
  'reason'?: (string);
  /**
   * What the caller was told.
   */
  'message'?: (string);
  /**
   * Tensors of the request that were too large for the record.
   */
  'omitted'?: (_scoremesh_audit_v1_OmittedPayload)[];
  /**
   * Full name of the method; empty for a score.
   */
  'method'?: (string);
  /**
   * The model asked for, at most 129 characters; empty if none could be read.
   */
  'model'?: (string);
}

/**
 * A request that got no prediction.
 */
export interface Refusal__Output {
  /**
   * The request as far as it could be read.
   */
  'request': (_scoremesh_scoring_v1_ScoreRequest__Output | null);
  /**
   * gRPC status code.
   */
  'code': (number);
  /**
   * Name of scoremesh.error.v1.Reason without its prefix.
   */
  'reason': (string);
  /**
   * What the caller was told.
   */
  'message': (string);
  /**
   * Tensors of the request that were too large for the record.
   */
  'omitted': (_scoremesh_audit_v1_OmittedPayload__Output)[];
  /**
   * Full name of the method; empty for a score.
   */
  'method': (string);
  /**
   * The model asked for, at most 129 characters; empty if none could be read.
   */
  'model': (string);
}
