// Original file: scoremesh/inference/v1/model_service.proto

import type { ModelState as _scoremesh_inference_v1_ModelState, ModelState__Output as _scoremesh_inference_v1_ModelState__Output } from '../../../scoremesh/inference/v1/ModelState.ts';
import type { TensorSpec as _scoremesh_inference_v1_TensorSpec, TensorSpec__Output as _scoremesh_inference_v1_TensorSpec__Output } from '../../../scoremesh/inference/v1/TensorSpec.ts';
import type { RequestInput as _scoremesh_inference_v1_RequestInput, RequestInput__Output as _scoremesh_inference_v1_RequestInput__Output } from '../../../scoremesh/inference/v1/RequestInput.ts';
import type { TensorSource as _scoremesh_inference_v1_TensorSource, TensorSource__Output as _scoremesh_inference_v1_TensorSource__Output } from '../../../scoremesh/inference/v1/TensorSource.ts';
import type { ScoreOutput as _scoremesh_inference_v1_ScoreOutput, ScoreOutput__Output as _scoremesh_inference_v1_ScoreOutput__Output } from '../../../scoremesh/inference/v1/ScoreOutput.ts';
import type { Decision as _scoremesh_inference_v1_Decision, Decision__Output as _scoremesh_inference_v1_Decision__Output } from '../../../scoremesh/inference/v1/Decision.ts';
import type { AuditMode as _scoremesh_inference_v1_AuditMode, AuditMode__Output as _scoremesh_inference_v1_AuditMode__Output } from '../../../scoremesh/inference/v1/AuditMode.ts';
import type { BatchClass as _scoremesh_inference_v1_BatchClass, BatchClass__Output as _scoremesh_inference_v1_BatchClass__Output } from '../../../scoremesh/inference/v1/BatchClass.ts';
import type { Placement as _scoremesh_inference_v1_Placement, Placement__Output as _scoremesh_inference_v1_Placement__Output } from '../../../scoremesh/inference/v1/Placement.ts';
import type { Runtime as _scoremesh_inference_v1_Runtime, Runtime__Output as _scoremesh_inference_v1_Runtime__Output } from '../../../scoremesh/inference/v1/Runtime.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * A version of a model.
 */
export interface Model {
  /**
   * The model's name.
   */
  'name'?: (string);
  /**
   * The version, >= 1.
   */
  'version'?: (number);
  /**
   * SHA-256 of the model file, "sha256:<hex>"; empty if it could not be read.
   */
  'digest'?: (string);
  /**
   * Aliases that point at this version.
   */
  'aliases'?: (string)[];
  /**
   * Where it stands.
   */
  'state'?: (_scoremesh_inference_v1_ModelState);
  /**
   * Why it is not ready; empty if it is.
   */
  'reason'?: (string);
  /**
   * What it is for, for people.
   */
  'description'?: (string);
  /**
   * The ONNX inputs, in order.
   */
  'inputs'?: (_scoremesh_inference_v1_TensorSpec)[];
  /**
   * The ONNX outputs, in order.
   */
  'outputs'?: (_scoremesh_inference_v1_TensorSpec)[];
  /**
   * The feature set it reads; empty for none.
   */
  'featureSet'?: (string);
  /**
   * The request inputs it takes.
   */
  'requestInputs'?: (_scoremesh_inference_v1_RequestInput)[];
  /**
   * How each ONNX input is filled, in the order of inputs.
   */
  'sources'?: (_scoremesh_inference_v1_TensorSource)[];
  /**
   * How the outputs are named in an answer.
   */
  'scoreOutputs'?: (_scoremesh_inference_v1_ScoreOutput)[];
  /**
   * How an output becomes a decision; absent for none.
   */
  'decision'?: (_scoremesh_inference_v1_Decision | null);
  /**
   * When an answer may leave.
   */
  'audit'?: (_scoremesh_inference_v1_AuditMode);
  /**
   * What is known of its rows in a batch.
   */
  'batchClass'?: (_scoremesh_inference_v1_BatchClass);
  /**
   * What the comparison found, for people.
   */
  'batchFinding'?: (string);
  /**
   * Where it runs.
   */
  'placement'?: (_scoremesh_inference_v1_Placement);
  /**
   * Threads that run it; 0 inline.
   */
  'instances'?: (number);
  /**
   * Rows of one run.
   */
  'maxBatchRows'?: (number);
  /**
   * Size of the model file in bytes.
   */
  'sizeBytes'?: (number | string | Long);
  /**
   * Version of the ONNX format.
   */
  'irVersion'?: (number);
  /**
   * Operator sets by domain; "" is ONNX itself.
   */
  'opsets'?: ({[key: string]: number});
  /**
   * Cases of golden.json that were compared at load.
   */
  'goldenCases'?: (number);
  /**
   * What it runs on.
   */
  'runtime'?: (_scoremesh_inference_v1_Runtime | null);
  /**
   * The entity of ScoreRequest.entities that its predictions are about as a data subject, e.g. "passenger"; empty for none.
   */
  'subject'?: (string);
}

/**
 * A version of a model.
 */
export interface Model__Output {
  /**
   * The model's name.
   */
  'name': (string);
  /**
   * The version, >= 1.
   */
  'version': (number);
  /**
   * SHA-256 of the model file, "sha256:<hex>"; empty if it could not be read.
   */
  'digest': (string);
  /**
   * Aliases that point at this version.
   */
  'aliases': (string)[];
  /**
   * Where it stands.
   */
  'state': (_scoremesh_inference_v1_ModelState__Output);
  /**
   * Why it is not ready; empty if it is.
   */
  'reason': (string);
  /**
   * What it is for, for people.
   */
  'description': (string);
  /**
   * The ONNX inputs, in order.
   */
  'inputs': (_scoremesh_inference_v1_TensorSpec__Output)[];
  /**
   * The ONNX outputs, in order.
   */
  'outputs': (_scoremesh_inference_v1_TensorSpec__Output)[];
  /**
   * The feature set it reads; empty for none.
   */
  'featureSet': (string);
  /**
   * The request inputs it takes.
   */
  'requestInputs': (_scoremesh_inference_v1_RequestInput__Output)[];
  /**
   * How each ONNX input is filled, in the order of inputs.
   */
  'sources': (_scoremesh_inference_v1_TensorSource__Output)[];
  /**
   * How the outputs are named in an answer.
   */
  'scoreOutputs': (_scoremesh_inference_v1_ScoreOutput__Output)[];
  /**
   * How an output becomes a decision; absent for none.
   */
  'decision': (_scoremesh_inference_v1_Decision__Output | null);
  /**
   * When an answer may leave.
   */
  'audit': (_scoremesh_inference_v1_AuditMode__Output);
  /**
   * What is known of its rows in a batch.
   */
  'batchClass': (_scoremesh_inference_v1_BatchClass__Output);
  /**
   * What the comparison found, for people.
   */
  'batchFinding': (string);
  /**
   * Where it runs.
   */
  'placement': (_scoremesh_inference_v1_Placement__Output);
  /**
   * Threads that run it; 0 inline.
   */
  'instances': (number);
  /**
   * Rows of one run.
   */
  'maxBatchRows': (number);
  /**
   * Size of the model file in bytes.
   */
  'sizeBytes': (string);
  /**
   * Version of the ONNX format.
   */
  'irVersion': (number);
  /**
   * Operator sets by domain; "" is ONNX itself.
   */
  'opsets': ({[key: string]: number});
  /**
   * Cases of golden.json that were compared at load.
   */
  'goldenCases': (number);
  /**
   * What it runs on.
   */
  'runtime': (_scoremesh_inference_v1_Runtime__Output | null);
  /**
   * The entity of ScoreRequest.entities that its predictions are about as a data subject, e.g. "passenger"; empty for none.
   */
  'subject': (string);
}
