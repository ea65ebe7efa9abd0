import type { FeatureContract, InferenceContract } from '../contracts.ts';
import type { ModelInferResponse__Output as ModelInferResponse } from '../gen/inference/ModelInferResponse.ts';
import type { FeatureValue__Output as FeatureValue } from '../gen/scoremesh/scoring/v1/FeatureValue.ts';
import type { ScoreRequest__Output as ScoreRequest } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import { type Call, throwIfUnwanted } from '../kit/contract/call.ts';
import type { Client } from '../kit/contract/contract.ts';
import { outputsOf } from './answer.ts';
import { answeredBefore, keyOf } from './answered-before.ts';
import type { AuditTrail } from './audit-trail.ts';
import { type FeatureRead, readFeatures } from './feature-read.ts';
import type { FeatureSets } from './feature-sets.ts';
import { featureValues } from './feature-values.ts';
import { batchOf, isAnswerOf, modelVersion } from './inferred.ts';
import type { ModelRegistry, Resolution } from './model-registry.ts';
import { decodeRecord, type Occasion, predictionRecord } from './records.ts';
import { newsAfter, newsOfReload } from './registry-news.ts';
import { repeatedAnswer } from './repeated-answer.ts';
import { checkInputs, checkRequest } from './request-inputs.ts';
import { inferRequest } from './tensors.ts';

export interface PipelineDeps {
  readonly models: ModelRegistry;
  readonly features: Client<FeatureContract>;
  readonly featureSets: FeatureSets;
  readonly inference: Client<InferenceContract>;
  readonly trail: AuditTrail;
  /** Requests that were most likely never scored: they are not looked up first, and the append says if they were. */
  readonly likelyNew: WeakSet<ScoreRequest>;
  /** Gets the requests that are answered by an earlier record. */
  readonly repeated: WeakSet<ScoreRequest>;
  /** Tensors that a record keeps, in bytes. */
  readonly maxPayloadBytes: number;
}

/** features -> inference -> audit. Resolves when the record is durable, unless the model's audit is deferred. */
export type Pipeline = (request: ScoreRequest, occasion: Occasion) => Promise<ScoreResponse>;

export function createPipeline(deps: PipelineDeps): Pipeline {
  const { likelyNew, repeated, trail, maxPayloadBytes } = deps;

  return async (request, occasion) => {
    const { call, recordId } = occasion;
    throwIfUnwanted(call, 'scoring could start');
    checkRequest(request);
    const key = keyOf(request, call);
    if (key !== undefined && !likelyNew.has(request)) {
      const earlier = await answeredBefore(trail, key, request, call);
      if (earlier !== undefined) {
        repeated.add(request);
        return earlier;
      }
    }
    const { plan, alias, read, response } = await infer(deps, request, call);
    const outputs = outputsOf(plan, response);
    throwIfUnwanted(call, 'the answer was recorded');

    const model = modelVersion(plan, alias);
    const record = predictionRecord(occasion, {
      request,
      plan,
      model,
      outputs,
      features: read,
      batch: batchOf(plan, response),
      maxPayloadBytes,
    });
    const features = request.includeFeatures ? shownFeatures(read) : [];
    const answer = { predictionId: recordId, model, outputs, features };
    if (plan.deferredAudit && key === undefined) {
      trail.appendLater(record, recordId, call);
      return { ...answer, receipt: null };
    }
    const { receipt, existingRecord } = await trail.append(record, recordId, call, key);
    if (key !== undefined && existingRecord.length > 0) {
      // The same request was answered by someone else in the meantime; theirs is the recorded prediction.
      repeated.add(request);
      return repeatedAnswer(
        { record: decodeRecord(existingRecord), receipt, bodyDigest: key.bodyDigest },
        key,
        request.includeFeatures,
      );
    }
    return { ...answer, receipt };
  };
}

interface Inferred extends Resolution {
  readonly read: FeatureRead | undefined;
  readonly response: ModelInferResponse;
}

/** The answer of the version that the plan describes: when the registry has moved on meanwhile, all is done again with its news. */
async function infer(deps: PipelineDeps, request: ScoreRequest, call: Call): Promise<Inferred> {
  const { models } = deps;
  for (;;) {
    const snapshot = models.snapshot();
    const { plan, alias } = models.resolve(request.model);
    checkInputs(request, plan);
    const { featureSet } = plan.model;
    const read = featureSet === '' ? undefined : await readFeatures(deps, featureSet, request, call);
    throwIfUnwanted(call, 'inference could start');
    let response: ModelInferResponse;
    try {
      response = await deps.inference.ModelInfer(inferRequest(plan, request, read?.response), call);
    } catch (error) {
      await newsAfter(models, snapshot, error, call);
      continue;
    }
    if (isAnswerOf(plan, response)) return { plan, alias, read, response };
    await newsOfReload(models, snapshot, call);
  }
}

function shownFeatures(read: FeatureRead | undefined): FeatureValue[] {
  return read === undefined ? [] : featureValues(read.known.set, read.response);
}
