// Original file: scoremesh/audit/v1/record.proto

import type { Prediction as _scoremesh_audit_v1_Prediction, Prediction__Output as _scoremesh_audit_v1_Prediction__Output } from '../../../scoremesh/audit/v1/Prediction.ts';
import type { Refusal as _scoremesh_audit_v1_Refusal, Refusal__Output as _scoremesh_audit_v1_Refusal__Output } from '../../../scoremesh/audit/v1/Refusal.ts';
import type { RefusalSummary as _scoremesh_audit_v1_RefusalSummary, RefusalSummary__Output as _scoremesh_audit_v1_RefusalSummary__Output } from '../../../scoremesh/audit/v1/RefusalSummary.ts';
import type { Outcome as _scoremesh_scoring_v1_Outcome, Outcome__Output as _scoremesh_scoring_v1_Outcome__Output } from '../../../scoremesh/scoring/v1/Outcome.ts';
import type { Inference as _scoremesh_audit_v1_Inference, Inference__Output as _scoremesh_audit_v1_Inference__Output } from '../../../scoremesh/audit/v1/Inference.ts';
import type { ModelChange as _scoremesh_inference_v1_ModelChange, ModelChange__Output as _scoremesh_inference_v1_ModelChange__Output } from '../../../scoremesh/inference/v1/ModelChange.ts';

/**
 * One entry of the audit log. Its bytes are what the leaf hash covers: maps sorted by key, fields in order of number.
 */
export interface Record {
  /**
   * Version of this format: 1.
   */
  'schema'?: (number);
  /**
   * UUIDv7; for a prediction its prediction_id.
   */
  'recordId'?: (string);
  /**
   * When the request arrived, Unix microseconds.
   */
  'receivedAtUs'?: (number | string);
  /**
   * When the record was made, Unix microseconds.
   */
  'recordedAtUs'?: (number | string);
  /**
   * W3C trace id, 16 bytes; empty if none.
   */
  'traceId'?: (Buffer | Uint8Array | string);
  /**
   * Who asked; "anonymous" without authentication.
   */
  'principal'?: (string);
  /**
   * A request that was answered.
   */
  'prediction'?: (_scoremesh_audit_v1_Prediction | null);
  /**
   * A request that was refused or failed.
   */
  'refusal'?: (_scoremesh_audit_v1_Refusal | null);
  /**
   * Refusals that were counted instead of recorded one by one.
   */
  'refusalSummary'?: (_scoremesh_audit_v1_RefusalSummary | null);
  /**
   * A truth that arrived.
   */
  'outcome'?: (_scoremesh_scoring_v1_Outcome | null);
  /**
   * A ModelInfer that was answered.
   */
  'inference'?: (_scoremesh_audit_v1_Inference | null);
  /**
   * A change of the registry of models.
   */
  'modelChange'?: (_scoremesh_inference_v1_ModelChange | null);
  /**
   * What happened.
   */
  'event'?: "prediction"|"refusal"|"refusalSummary"|"outcome"|"inference"|"modelChange";
}

/**
 * One entry of the audit log. Its bytes are what the leaf hash covers: maps sorted by key, fields in order of number.
 */
export interface Record__Output {
  /**
   * Version of this format: 1.
   */
  'schema': (number);
  /**
   * UUIDv7; for a prediction its prediction_id.
   */
  'recordId': (string);
  /**
   * When the request arrived, Unix microseconds.
   */
  'receivedAtUs': (number);
  /**
   * When the record was made, Unix microseconds.
   */
  'recordedAtUs': (number);
  /**
   * W3C trace id, 16 bytes; empty if none.
   */
  'traceId': (Buffer);
  /**
   * Who asked; "anonymous" without authentication.
   */
  'principal': (string);
  /**
   * A request that was answered.
   */
  'prediction'?: (_scoremesh_audit_v1_Prediction__Output | null);
  /**
   * A request that was refused or failed.
   */
  'refusal'?: (_scoremesh_audit_v1_Refusal__Output | null);
  /**
   * Refusals that were counted instead of recorded one by one.
   */
  'refusalSummary'?: (_scoremesh_audit_v1_RefusalSummary__Output | null);
  /**
   * A truth that arrived.
   */
  'outcome'?: (_scoremesh_scoring_v1_Outcome__Output | null);
  /**
   * A ModelInfer that was answered.
   */
  'inference'?: (_scoremesh_audit_v1_Inference__Output | null);
  /**
   * A change of the registry of models.
   */
  'modelChange'?: (_scoremesh_inference_v1_ModelChange__Output | null);
  /**
   * What happened.
   */
  'event'?: "prediction"|"refusal"|"refusalSummary"|"outcome"|"inference"|"modelChange";
}
