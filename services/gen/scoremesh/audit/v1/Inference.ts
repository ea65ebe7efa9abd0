// Original file: scoremesh/audit/v1/record.proto

import type { ModelInferRequest as _inference_ModelInferRequest, ModelInferRequest__Output as _inference_ModelInferRequest__Output } from '../../../inference/ModelInferRequest.ts';
import type { ModelVersion as _scoremesh_scoring_v1_ModelVersion, ModelVersion__Output as _scoremesh_scoring_v1_ModelVersion__Output } from '../../../scoremesh/scoring/v1/ModelVersion.ts';
import type { ModelInferResponse as _inference_ModelInferResponse, ModelInferResponse__Output as _inference_ModelInferResponse__Output } from '../../../inference/ModelInferResponse.ts';
import type { OmittedPayload as _scoremesh_audit_v1_OmittedPayload, OmittedPayload__Output as _scoremesh_audit_v1_OmittedPayload__Output } from '../../../scoremesh/audit/v1/OmittedPayload.ts';
import type { BatchClass as _scoremesh_inference_v1_BatchClass, BatchClass__Output as _scoremesh_inference_v1_BatchClass__Output } from '../../../scoremesh/inference/v1/BatchClass.ts';
import type { Runtime as _scoremesh_inference_v1_Runtime, Runtime__Output as _scoremesh_inference_v1_Runtime__Output } from '../../../scoremesh/inference/v1/Runtime.ts';

/**
 * What a model was asked through the Open Inference Protocol and what it answered.
 */
export interface Inference {
  /**
   * The request.
   */
  'request'?: (_inference_ModelInferRequest | null);
  /**
   * The model that answered.
   */
  'model'?: (_scoremesh_scoring_v1_ModelVersion | null);
  /**
   * The answer, without parameters.
   */
  'response'?: (_inference_ModelInferResponse | null);
  /**
   * Rows in the batch that it ran in.
   */
  'batchSize'?: (number);
  /**
   * Contents that were too large for the record.
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
   * What it ran on.
   */
  'runtime'?: (_scoremesh_inference_v1_Runtime | null);
}

/**
 * What a model was asked through the Open Inference Protocol and what it answered.
 */
export interface Inference__Output {
  /**
   * The request.
   */
  'request': (_inference_ModelInferRequest__Output | null);
  /**
   * The model that answered.
   */
  'model': (_scoremesh_scoring_v1_ModelVersion__Output | null);
  /**
   * The answer, without parameters.
   */
  'response': (_inference_ModelInferResponse__Output | null);
  /**
   * Rows in the batch that it ran in.
   */
  'batchSize': (number);
  /**
   * Contents that were too large for the record.
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
   * What it ran on.
   */
  'runtime': (_scoremesh_inference_v1_Runtime__Output | null);
}
