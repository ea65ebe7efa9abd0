import type * as feast from './gen/feast/serving/ServingService.ts';
import type * as oip from './gen/inference/GRPCInferenceService.ts';
import type * as audit from './gen/scoremesh/audit/v1/AuditService.ts';
import type * as feature from './gen/scoremesh/feature/v1/FeatureService.ts';
import type * as model from './gen/scoremesh/inference/v1/ModelService.ts';
import type * as scoring from './gen/scoremesh/scoring/v1/ScoringService.ts';
import { contract } from './kit/contract/contract.ts';

/** The public API of the gateway. */
export const scoringContract = contract<scoring.ScoringServiceHandlers, scoring.ScoringServiceDefinition>(
  'scoremesh.scoring.v1.ScoringService',
  {
    // SubmitJob is with a job_id only: without one each call is another job.
    idempotent: ['Replay', 'GetJob', 'CancelJob', 'ListJobs'],
    takesLateCalls: ['Score'],
  },
);
export type ScoringContract = typeof scoringContract;

/** Features. A repeated Ingest stores nothing again: events have identities. A repeated Declare changes nothing. */
export const featureContract = contract<feature.FeatureServiceHandlers, feature.FeatureServiceDefinition>(
  'scoremesh.feature.v1.FeatureService',
  { idempotent: ['GetFeatures', 'Ingest', 'ListFeatures', 'Declare', 'ListQuarantine', 'ReplayQuarantine'] },
);
export type FeatureContract = typeof featureContract;

/** The same features for clients of Feast. */
export const feastContract = contract<feast.ServingServiceHandlers, feast.ServingServiceDefinition>(
  'feast.serving.ServingService',
  { idempotent: ['GetFeastServingInfo', 'GetOnlineFeatures'] },
);
export type FeastContract = typeof feastContract;

/** The registry of models. */
export const modelContract = contract<model.ModelServiceHandlers, model.ModelServiceDefinition>(
  'scoremesh.inference.v1.ModelService',
  { idempotent: ['GetModel', 'ListModels', 'SetAlias', 'RunContent'], internal: ['RunContent'] },
);
export type ModelContract = typeof modelContract;

// Texts of a typed tensor; with more, its raw form is a fraction of the work. Inputs, outputs and parameters are few.
const maxInferParts = 2 ** 18;

/** Inference on tensors; a pure function of its request. */
export const inferenceContract = contract<
  oip.GRPCInferenceServiceHandlers,
  oip.GRPCInferenceServiceDefinition
>('inference.GRPCInferenceService', {
  idempotent: [
    'ServerLive',
    'ServerReady',
    'ModelReady',
    'ServerMetadata',
    'ModelMetadata',
    'ModelInfer',
    'ModelConfig',
    'ModelStatistics',
    'RepositoryIndex',
  ],
  takesLateCalls: ['ModelInfer'],
  maxParts: { ModelInfer: maxInferParts, ModelStreamInfer: maxInferParts },
});
export type InferenceContract = typeof inferenceContract;

/** The audit log. Append answers a repeated record_id as the first time, so it may be tried again. */
export const auditContract = contract<audit.AuditServiceHandlers, audit.AuditServiceDefinition>(
  'scoremesh.audit.v1.AuditService',
  {
    idempotent: [
      'Append',
      'GetRecord',
      'ListRecords',
      'QueryRecords',
      'GetReceipt',
      'GetSealedContent',
      'GetInclusionProof',
      'GetConsistencyProof',
      'ReadLog',
    ],
    internal: ['Append'],
    administrative: ['EraseSubject', 'ExportSubject'],
  },
);
export type AuditContract = typeof auditContract;
