// Original file: scoremesh/audit/v1/record.proto

import type { Prediction as _scoremesh_audit_v1_Prediction, Prediction__Output as _scoremesh_audit_v1_Prediction__Output } from '../../../scoremesh/audit/v1/Prediction.ts';
import type { Refusal as _scoremesh_audit_v1_Refusal, Refusal__Output as _scoremesh_audit_v1_Refusal__Output } from '../../../scoremesh/audit/v1/Refusal.ts';
import type { RefusalSummary as _scoremesh_audit_v1_RefusalSummary, RefusalSummary__Output as _scoremesh_audit_v1_RefusalSummary__Output } from '../../../scoremesh/audit/v1/RefusalSummary.ts';
import type { Outcome as _scoremesh_scoring_v1_Outcome, Outcome__Output as _scoremesh_scoring_v1_Outcome__Output } from '../../../scoremesh/scoring/v1/Outcome.ts';
import type { Inference as _scoremesh_audit_v1_Inference, Inference__Output as _scoremesh_audit_v1_Inference__Output } from '../../../scoremesh/audit/v1/Inference.ts';
import type { ModelChange as _scoremesh_inference_v1_ModelChange, ModelChange__Output as _scoremesh_inference_v1_ModelChange__Output } from '../../../scoremesh/inference/v1/ModelChange.ts';
import type { Erasure as _scoremesh_audit_v1_Erasure, Erasure__Output as _scoremesh_audit_v1_Erasure__Output } from '../../../scoremesh/audit/v1/Erasure.ts';
import type { Pruning as _scoremesh_audit_v1_Pruning, Pruning__Output as _scoremesh_audit_v1_Pruning__Output } from '../../../scoremesh/audit/v1/Pruning.ts';
import type { Sealed as _scoremesh_audit_v1_Sealed, Sealed__Output as _scoremesh_audit_v1_Sealed__Output } from '../../../scoremesh/audit/v1/Sealed.ts';

/**
 * One record of the audit log. Its entry, the bytes that the leaf hash covers, has the fields in order of number and maps sorted by
 * key, and lacks what is personal: request, features, outputs, omitted, response, a refusal's message and an outcome's values. Those
 * are sealed apart (SealedContent), and are absent once their subject was erased.
 */
export interface Record {
  /**
   * Version of this format: 2. Of version 1 are records from before what is personal was sealed.
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
   * The span that answered, 8 bytes; empty if the trace was not sampled.
   */
  'spanId'?: (Buffer | Uint8Array | string);
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
   * Content that was erased on request.
   */
  'erasure'?: (_scoremesh_audit_v1_Erasure | null);
  /**
   * The beginning of the log was removed.
   */
  'pruning'?: (_scoremesh_audit_v1_Pruning | null);
  /**
   * What binds the entry to its sealed content; absent if nothing of the record is personal. The last field of an entry.
   */
  'sealed'?: (_scoremesh_audit_v1_Sealed | null);
  /**
   * What happened.
   */
  'event'?: "prediction"|"refusal"|"refusalSummary"|"outcome"|"inference"|"modelChange"|"erasure"|"pruning";
}

/**
 * One record of the audit log. Its entry, the bytes that the leaf hash covers, has the fields in order of number and maps sorted by
 * key, and lacks what is personal: request, features, outputs, omitted, response, a refusal's message and an outcome's values. Those
 * are sealed apart (SealedContent), and are absent once their subject was erased.
 */
export interface Record__Output {
  /**
   * Version of this format: 2. Of version 1 are records from before what is personal was sealed.
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
   * The span that answered, 8 bytes; empty if the trace was not sampled.
   */
  'spanId': (Buffer);
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
   * Content that was erased on request.
   */
  'erasure'?: (_scoremesh_audit_v1_Erasure__Output | null);
  /**
   * The beginning of the log was removed.
   */
  'pruning'?: (_scoremesh_audit_v1_Pruning__Output | null);
  /**
   * What binds the entry to its sealed content; absent if nothing of the record is personal. The last field of an entry.
   */
  'sealed': (_scoremesh_audit_v1_Sealed__Output | null);
  /**
   * What happened.
   */
  'event'?: "prediction"|"refusal"|"refusalSummary"|"outcome"|"inference"|"modelChange"|"erasure"|"pruning";
}
