// Original file: scoremesh/audit/v1/record.proto

import type { ScoreRequest as _scoremesh_scoring_v1_ScoreRequest, ScoreRequest__Output as _scoremesh_scoring_v1_ScoreRequest__Output } from '../../../scoremesh/scoring/v1/ScoreRequest.ts';
import type { ModelVersion as _scoremesh_scoring_v1_ModelVersion, ModelVersion__Output as _scoremesh_scoring_v1_ModelVersion__Output } from '../../../scoremesh/scoring/v1/ModelVersion.ts';
import type { FeaturesRead as _scoremesh_audit_v1_FeaturesRead, FeaturesRead__Output as _scoremesh_audit_v1_FeaturesRead__Output } from '../../../scoremesh/audit/v1/FeaturesRead.ts';
import type { Value as _scoremesh_scoring_v1_Value, Value__Output as _scoremesh_scoring_v1_Value__Output } from '../../../scoremesh/scoring/v1/Value.ts';
import type { OmittedPayload as _scoremesh_audit_v1_OmittedPayload, OmittedPayload__Output as _scoremesh_audit_v1_OmittedPayload__Output } from '../../../scoremesh/audit/v1/OmittedPayload.ts';
import type { BatchClass as _scoremesh_inference_v1_BatchClass, BatchClass__Output as _scoremesh_inference_v1_BatchClass__Output } from '../../../scoremesh/inference/v1/BatchClass.ts';
import type { FeatureProvenance as _scoremesh_audit_v1_FeatureProvenance, FeatureProvenance__Output as _scoremesh_audit_v1_FeatureProvenance__Output } from '../../../scoremesh/audit/v1/FeatureProvenance.ts';
import type { Runtime as _scoremesh_inference_v1_Runtime, Runtime__Output as _scoremesh_inference_v1_Runtime__Output } from '../../../scoremesh/inference/v1/Runtime.ts';

/**
 * What was asked and what was answered.
 */
export interface Prediction {
  /**
   * The request, its maps sorted by key.
   */
  'request'?: (_scoremesh_scoring_v1_ScoreRequest | null);
  /**
   * The model that answered.
   */
  'model'?: (_scoremesh_scoring_v1_ModelVersion | null);
  /**
   * The features that were read; absent if the model reads none.
   */
  'features'?: (_scoremesh_audit_v1_FeaturesRead | null);
  /**
   * What was answered, sorted by key.
   */
  'outputs'?: ({[key: string]: _scoremesh_scoring_v1_Value});
  /**
   * Rows in the batch that it ran in.
   */
  'batchSize'?: (number);
  /**
   * Tensors of the request or the answer that were too large for the record.
   */
  'omitted'?: (_scoremesh_audit_v1_OmittedPayload)[];
  /**
   * What is known of the model's rows in a batch.
   */
  'batchClass'?: (_scoremesh_inference_v1_BatchClass);
  /**
   * Names the batch, where its rows depend on each other.
   */
  'batchId'?: (string);
  /**
   * The request's first row in that batch.
   */
  'batchRow'?: (number);
  /**
   * The decision, as in outputs; empty for none.
   */
  'decision'?: (string);
  /**
   * The number at or above which the decision was the upper one; absent without a decision.
   */
  'threshold'?: (number | string);
  /**
   * What of the features is not personal; absent if the model reads none.
   */
  'provenance'?: (_scoremesh_audit_v1_FeatureProvenance | null);
  /**
   * What it ran on.
   */
  'runtime'?: (_scoremesh_inference_v1_Runtime | null);
  '_threshold'?: "threshold";
}

/**
 * What was asked and what was answered.
 */
export interface Prediction__Output {
  /**
   * The request, its maps sorted by key.
   */
  'request': (_scoremesh_scoring_v1_ScoreRequest__Output | null);
  /**
   * The model that answered.
   */
  'model': (_scoremesh_scoring_v1_ModelVersion__Output | null);
  /**
   * The features that were read; absent if the model reads none.
   */
  'features': (_scoremesh_audit_v1_FeaturesRead__Output | null);
  /**
   * What was answered, sorted by key.
   */
  'outputs': ({[key: string]: _scoremesh_scoring_v1_Value__Output});
  /**
   * Rows in the batch that it ran in.
   */
  'batchSize': (number);
  /**
   * Tensors of the request or the answer that were too large for the record.
   */
  'omitted': (_scoremesh_audit_v1_OmittedPayload__Output)[];
  /**
   * What is known of the model's rows in a batch.
   */
  'batchClass': (_scoremesh_inference_v1_BatchClass__Output);
  /**
   * Names the batch, where its rows depend on each other.
   */
  'batchId': (string);
  /**
   * The request's first row in that batch.
   */
  'batchRow': (number);
  /**
   * The decision, as in outputs; empty for none.
   */
  'decision': (string);
  /**
   * The number at or above which the decision was the upper one; absent without a decision.
   */
  'threshold'?: (number);
  /**
   * What of the features is not personal; absent if the model reads none.
   */
  'provenance': (_scoremesh_audit_v1_FeatureProvenance__Output | null);
  /**
   * What it ran on.
   */
  'runtime': (_scoremesh_inference_v1_Runtime__Output | null);
  '_threshold'?: "threshold";
}
