import type { ModelInferResponse__Output as ModelInferResponse } from '../gen/inference/ModelInferResponse.ts';
import type { BatchClass__Output as BatchClass } from '../gen/scoremesh/inference/v1/BatchClass.ts';
import type { ModelVersion__Output as ModelVersion } from '../gen/scoremesh/scoring/v1/ModelVersion.ts';
import type { ScorePlan } from './score-plan.ts';

/** How an answer came about, as its record says it. */
export interface Batch {
  /** Rows of the batch that the request ran in. */
  readonly batchSize: number;
  readonly batchClass: BatchClass;
  /** Empty where rows do not depend on their batch. */
  readonly batchId: string;
  readonly batchRow: number;
}

export function batchOf({ model }: ScorePlan, { parameters }: ModelInferResponse): Batch {
  return {
    batchSize: Number(parameters.batch_size?.int64Param ?? 1),
    batchClass: model.batchClass,
    batchId: parameters.batch_id?.stringParam ?? '',
    batchRow: Number(parameters.batch_row?.int64Param ?? 0),
  };
}

/**
 * Whether the content that the plan describes gave the answer. A version that was loaded again from other files answers before the
 * gateway has heard of it.
 */
export function isAnswerOf({ model }: ScorePlan, { parameters }: ModelInferResponse): boolean {
  const digest = parameters.model_digest?.stringParam;
  return digest === undefined || digest === model.digest;
}

export function modelVersion({ model }: ScorePlan, alias: string): ModelVersion {
  return { name: model.name, version: model.version, digest: model.digest, alias };
}
