import type { FeatureContract, InferenceContract } from '../contracts.ts';
import type { FeaturesRead__Output as FeaturesRead } from '../gen/scoremesh/audit/v1/FeaturesRead.ts';
import type { GetFeaturesResponse__Output as GetFeaturesResponse } from '../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { FeatureValue__Output as FeatureValue } from '../gen/scoremesh/scoring/v1/FeatureValue.ts';
import type { ScoreRequest__Output as ScoreRequest } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import { type Call, throwIfUnwanted } from '../kit/contract/call.ts';
import type { Client } from '../kit/contract/contract.ts';
import { MeshError } from '../kit/errors/mesh-error.ts';
import { batchSizeOf, outputsOf } from './answer.ts';
import type { AuditTrail, IdempotencyKey } from './audit-trail.ts';
import type { FeatureSets, KnownSet } from './feature-sets.ts';
import { featuresCodec, featureValues } from './feature-values.ts';
import type { ModelRegistry } from './model-registry.ts';
import { bodyDigest, nowMs, type Occasion, predictionRecord } from './records.ts';
import { repeatedAnswer } from './repeated-answer.ts';
import { checkInputs, checkRequest } from './request-inputs.ts';
import type { ScorePlan } from './score-plan.ts';
import { inferRequest } from './tensors.ts';

export interface PipelineDeps {
  readonly models: ModelRegistry;
  readonly features: Client<FeatureContract>;
  readonly featureSets: FeatureSets;
  readonly inference: Client<InferenceContract>;
  readonly trail: AuditTrail;
}

/** features -> inference -> audit. Resolves when the record is durable, unless the model's audit is deferred. */
export type Pipeline = (request: ScoreRequest, recordId: string, call: Call) => Promise<ScoreResponse>;

export function createPipeline(deps: PipelineDeps): Pipeline {
  const { models, inference, trail } = deps;

  return async (request, recordId, call) => {
    const occasion: Occasion = { recordId, receivedAtMs: nowMs(), call };
    throwIfUnwanted(call, 'scoring could start');
    checkRequest(request);
    const key = keyOf(request, call);
    if (key !== undefined) {
      const earlier = await trail.find(key, call);
      if (earlier !== undefined) return repeatedAnswer(earlier, key, request.includeFeatures);
    }
    const { plan, alias } = models.resolve(request.model);
    checkInputs(request, plan);

    const read = await readFeatures(deps, plan, request, call);
    throwIfUnwanted(call, 'inference could start');
    const response = await inference.ModelInfer(inferRequest(plan, request, read?.response), call);
    const outputs = outputsOf(plan, response);
    throwIfUnwanted(call, 'the answer was recorded');

    const { name, version, digest } = plan.model;
    const model = { name, version, digest, alias };
    const record = predictionRecord(occasion, {
      request,
      model,
      outputs,
      features: recordedFeatures(read),
      batchSize: batchSizeOf(response),
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
      return repeatedAnswer(
        { entry: existingRecord, receipt, bodyDigest: key.bodyDigest },
        key,
        request.includeFeatures,
      );
    }
    return { ...answer, receipt };
  };
}

interface Read {
  readonly response: GetFeaturesResponse;
  readonly known: KnownSet;
}

async function readFeatures(
  deps: PipelineDeps,
  plan: ScorePlan,
  request: ScoreRequest,
  call: Call,
): Promise<Read | undefined> {
  const { featureSet } = plan.model;
  if (featureSet === '') return undefined;
  const response = await deps.features.GetFeatures(
    { featureSet, rows: [{ entities: request.entities }] },
    call,
  );
  const known = deps.featureSets.get(featureSet, response.digest, call);
  return { response, known: known instanceof Promise ? await known : known };
}

function recordedFeatures(read: Read | undefined): FeaturesRead | null {
  if (read === undefined) return null;
  return { featureSet: read.known.encoded, values: featuresCodec.encode(read.response) };
}

function shownFeatures(read: Read | undefined): FeatureValue[] {
  return read === undefined ? [] : featureValues(read.known.set, read.response);
}

function keyOf(request: ScoreRequest, call: Call): IdempotencyKey | undefined {
  if (request.requestId === '') return undefined;
  // A line feed can't be part of a principal, so that no two callers share a key.
  return { key: `${call.principal}\n${request.requestId}`, bodyDigest: bodyDigest(request) };
}

/** Refuses when as many scores as may be are under way. */
export function createAdmission(maxInFlight: number): {
  readonly inFlight: () => number;
  enter(): void;
  leave(): void;
} {
  let inFlight = 0;
  return {
    inFlight: () => inFlight,
    enter: () => {
      if (inFlight >= maxInFlight) {
        throw new MeshError('QUEUE_FULL', `${maxInFlight} scores are under way here; try again later`, {
          retryAfterMs: 50,
        });
      }
      inFlight += 1;
    },
    leave: () => {
      inFlight -= 1;
    },
  };
}
